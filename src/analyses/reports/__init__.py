"""Reports: blocks of executed notebooks in; HTML, PDF and DOCX out."""
