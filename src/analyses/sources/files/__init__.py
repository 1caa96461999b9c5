"""Files of any form as text tables: CSV, XLSX, JSON, Parquet, GeoJSON and OpenStreetMap's own."""
