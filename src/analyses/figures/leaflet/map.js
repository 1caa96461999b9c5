/* Draws a map from its specification; nothing is fetched, and every text is set as text. */
function coeurville(map, spec) {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg';
  var SHAPES = {
    circle: function (x, y, r) {
      return 'M' + (x - r) + ',' + y + 'a' + r + ',' + r + ' 0 1,0 ' + 2 * r + ',0a' + r + ',' + r + ' 0 1,0 ' + -2 * r + ',0';
    },
    square: function (x, y, r) {
      var s = r * 0.9;
      return 'M' + (x - s) + ',' + (y - s) + 'h' + 2 * s + 'v' + 2 * s + 'h' + -2 * s + 'z';
    },
    triangle: function (x, y, r) {
      var s = r * 1.25;
      return 'M' + x + ',' + (y - s) + 'l' + s + ',' + 1.8 * s + 'h' + -2 * s + 'z';
    },
    diamond: function (x, y, r) {
      var s = r * 1.3;
      return 'M' + x + ',' + (y - s) + 'l' + s + ',' + s + 'l' + -s + ',' + s + 'l' + -s + ',' + -s + 'z';
    }
  };
  var Mark = L.CircleMarker.extend({
    _updatePath: function () {
      var p = this._point, draw = SHAPES[this.options.shape] || SHAPES.circle;
      this._renderer._setPath(this, this._empty() ? 'M0 0' : draw(p.x, p.y, this.options.radius));
    }
  });

  function text(tag, words, parent) {
    var node = document.createElement(tag);
    node.textContent = words;
    if (parent) parent.appendChild(node);
    return node;
  }
  function card(fields, values) {
    var list = document.createElement('dl');
    fields.forEach(function (field, i) {
      if (!values[i]) return;
      text('dt', field, list);
      text('dd', values[i], list);
    });
    return list;
  }
  function symbol(group) {
    var svg = document.createElementNS(SVG, 'svg'), path = document.createElementNS(SVG, 'path');
    svg.setAttribute('viewBox', '-9 -9 18 18');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', SHAPES[group.shape](0, 0, 5.5));
    path.setAttribute('fill', group.fill);
    path.setAttribute('stroke', group.edge);
    path.setAttribute('stroke-width', 1.4);
    svg.appendChild(path);
    return svg;
  }

  spec.base.forEach(function (layer) {
    layer.lines.forEach(function (line) { L.polyline(line, layer.style).addTo(map); });
    layer.areas.forEach(function (area) { L.polygon(area, layer.style).addTo(map); });
  });
  spec.zones.forEach(function (zone) {
    zone.areas.forEach(function (area) { L.polygon(area, spec.zoneStyle).addTo(map); });
    L.tooltip({ permanent: true, direction: 'center', className: 'zone-name', interactive: false })
      .setLatLng(zone.spot).setContent(text('span', zone.name)).addTo(map);
  });

  var legend = L.control({ position: 'topright' }), fold, asked = false;
  legend.onAdd = function () {
    var box = document.createElement('fieldset');
    fold = L.DomUtil.create('details', 'legend');
    L.DomEvent.disableClickPropagation(fold);
    L.DomEvent.disableScrollPropagation(fold);
    text('summary', spec.words.legend, fold).addEventListener('click', function () { asked = true; });
    box.setAttribute('aria-label', spec.words.legend);
    fold.appendChild(box);
    spec.groups.forEach(function (group) {
      var label = text('label', '', box), check = document.createElement('input');
      var layer = L.layerGroup(group.points.map(function (point) { return mark(group, point); }));
      check.type = 'checkbox';
      check.checked = true;
      check.addEventListener('change', function () {
        if (check.checked) { layer.addTo(map); reach(group, layer); } else { map.removeLayer(layer); }
      });
      label.appendChild(check);
      label.appendChild(symbol(group));
      text('span', group.label, label);
      layer.addTo(map);
      map.whenReady(function () { reach(group, layer); });
    });
    return fold;
  };
  function mark(group, point) {
    var layer = new Mark([point[0], point[1]], {
      shape: group.shape, radius: point[3] || group.radius, color: group.edge, weight: 1.3,
      fillColor: group.fill, fillOpacity: 0.95
    });
    layer.bindPopup(card(spec.fields, point[2]), { maxWidth: 280 });
    if (point[2][0]) layer.bindTooltip(text('span', point[2][0]), { direction: 'top' });
    layer.words = point[2].filter(Boolean).join(', ');
    return layer;
  }
  /* The groups that a reader looks for can be reached with the Tab key. */
  function reach(group, layer) {
    if (!group.reach) return;
    layer.eachLayer(function (one) {
      var node = one.getElement();
      if (!node) return;
      node.setAttribute('tabindex', '0');
      node.setAttribute('role', 'button');
      node.setAttribute('aria-label', one.words);
      node.addEventListener('keydown', function (event) {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); one.openPopup(); }
      });
    });
  }

  var home = L.control({ position: 'topleft' });
  home.onAdd = function () {
    var box = L.DomUtil.create('div', 'leaflet-bar'), button = text('button', '\u2302', box);
    button.type = 'button';
    button.title = spec.words.home;
    button.setAttribute('aria-label', spec.words.home);
    L.DomEvent.disableClickPropagation(box);
    button.addEventListener('click', function () { map.fitBounds(spec.bounds); });
    return box;
  };
  map.attributionControl.setPrefix(false).addAttribution(text('span', spec.words.source).outerHTML);
  map.getContainer().setAttribute('role', 'region');
  map.getContainer().setAttribute('aria-label', spec.words.title);
  document.querySelectorAll('.leaflet-control-zoom-in').forEach(function (node) {
    node.title = spec.words.zoomIn; node.setAttribute('aria-label', spec.words.zoomIn);
  });
  document.querySelectorAll('.leaflet-control-zoom-out').forEach(function (node) {
    node.title = spec.words.zoomOut; node.setAttribute('aria-label', spec.words.zoomOut);
  });
  home.addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  map.fitBounds(spec.bounds, { animate: false });
  /* A frame may get its size late: fit again until the reader moves the map. */
  var moved = false;
  map.getContainer().addEventListener('pointerdown', function () { moved = true; });
  map.getContainer().addEventListener('keydown', function () { moved = true; });
  map.on('resize', function () { if (!moved) map.fitBounds(spec.bounds, { animate: false }); });
  legend.addTo(map);
  /* A name that would lie on another one waits until the reader comes nearer. */
  function spread() {
    var kept = [];
    document.querySelectorAll('.zone-name > span').forEach(function (node) {
      var a = node.getBoundingClientRect(), gap = 4;
      var covered = kept.some(function (b) {
        return a.left < b.right - gap && b.left < a.right - gap && a.top < b.bottom - gap && b.top < a.bottom - gap;
      });
      node.style.visibility = covered ? 'hidden' : '';
      if (!covered) kept.push(a);
    });
  }
  map.on('zoomend', spread);
  new ResizeObserver(function () {
    map.invalidateSize({ animate: false });
    /* On a phone the box would cover the map: it opens when asked. */
    if (!asked) fold.open = map.getContainer().clientWidth >= 560;
    spread();
  }).observe(map.getContainer());
}
