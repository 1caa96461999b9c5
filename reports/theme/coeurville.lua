-- One filter for the three formats and the two engines.
-- The assembled Markdown says what each part is (fenced divs); this file says how each format
-- shows it. It reads no file.

local html = FORMAT:match 'html' ~= nil
local typst = FORMAT:match 'typst' ~= nil
local docx = FORMAT:match 'docx' ~= nil

local function has(el, class)
  return el.classes ~= nil and el.classes:includes(class)
end

local function raw(text)
  return pandoc.RawBlock(html and 'html' or 'typst', text)
end

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('[\r\n\t]', ' ') .. '"'
end

local function html_escape(text)
  return (text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'):gsub('"', '&quot;'))
end

local function styled(style, blocks)
  return pandoc.Div(blocks, pandoc.Attr('', {}, { ['custom-style'] = style }))
end

local function around(open, blocks, close)
  local out = pandoc.Blocks { raw(open) }
  out:extend(blocks)
  out:insert(raw(close))
  return out
end

-- Images ---------------------------------------------------------------------------------------

-- The text alternative is written for the three formats: `alt` in Typst (PDF/UA), the caption in
-- HTML and DOCX, where pandoc makes it aria-label and descr. HTML and Typst take the vector file:
-- Quarto puts it into the page, else the place is marked and the engine does it.
local function image(el)
  local alt = el.attributes.alt or pandoc.utils.stringify(el.caption)
  if typst then
    local file = el.attributes.vector or el.src
    return pandoc.RawInline('typst', string.format(
      '#drawing(%s, alt: %s)', typst_string(file), typst_string(alt)))
  end
  local attributes = {}
  local classes = {}
  local src = el.src
  if html then
    if el.attributes.vector and not quarto then
      return pandoc.RawInline('html', string.format(
        '<svg data-file="%s" role="img" aria-label="%s"></svg>',
        html_escape(el.attributes.vector), html_escape(alt)))
    end
    if el.attributes.vector then
      src = el.attributes.vector
      classes = { 'inline-svg' }
    end
  else
    attributes.width = el.attributes.width or '6.3in'
  end
  return pandoc.Image({ pandoc.Str(alt) }, src, '', pandoc.Attr('', classes, attributes))
end

-- Tables ---------------------------------------------------------------------------------------

local SHORT = 14 -- a cell this short stays on one line where it can
local LONG_WORD = 18

local function cell_length(cell)
  local text = type(cell) == 'string' and cell or pandoc.utils.stringify(pandoc.Div(cell.contents))
  local whole, longest = utf8.len(text) or #text, 0
  for word in text:gmatch '%S+' do
    longest = math.max(longest, utf8.len(word) or #word)
  end
  return whole, longest
end

-- Letters across the page at each size of a table on paper, and the letters that a gap takes.
local SIZES = typst and { { '', 96, 3 }, { 'small', 122, 2.5 }, { 'dense', 158, 1 } }
  or { { '', 96, 3 }, { 'Table Small', 114, 3.4 }, { 'Table Dense', 160, 1.4 } }

-- The longest text of each column, and the least that it needs: its longest word, or a short cell.
local function measured(tbl, whole_cells)
  local widths, least = {}, {}
  local function see(rows, kept)
    for _, row in ipairs(rows) do
      for i, cell in ipairs(row.cells) do
        local whole, longest = cell_length(cell)
        if kept and whole <= SHORT then longest = whole end
        widths[i] = math.max(widths[i] or 3, whole)
        least[i] = math.max(least[i] or 3, math.min(longest, LONG_WORD))
      end
    end
  end
  see(tbl.head.rows, false)
  for _, body in ipairs(tbl.bodies) do see(body.body, whole_cells) end
  return widths, least
end

local function sum_of(list, gap)
  local sum = 0
  for _, value in ipairs(list) do sum = sum + value + gap end
  return sum
end

-- Columns share the page by what they hold, when the table is wider than the page: each gets its
-- least, what is left goes to the longer texts; a table that needs more is set smaller.
local function share_width(tbl)
  local widths, least = measured(tbl, true)
  if sum_of(widths, 2) <= SIZES[1][2] and not docx then
    for i = 1, #tbl.colspecs do tbl.colspecs[i] = { tbl.colspecs[i][1], nil } end
    return tbl, ''
  end
  local size, room, gap
  for _, try in ipairs(SIZES) do
    size, room, gap = table.unpack(try)
    if sum_of(least, gap) <= room then break end
  end
  if sum_of(least, gap) > room then _, least = measured(tbl, false) end
  local spare = math.max(room - sum_of(least, gap), 0)
  local wanted = 0
  for i = 1, #least do
    widths[i] = math.max(math.min(widths[i], 130) - least[i], 0)
    wanted = wanted + widths[i]
  end
  local sum = sum_of(least, gap) + (wanted > 0 and spare or 0)
  for i = 1, #tbl.colspecs do
    local share = least[i] + gap + (wanted > 0 and spare * widths[i] / wanted or 0)
    tbl.colspecs[i] = { tbl.colspecs[i][1], share / sum }
  end
  return tbl, size
end

-- Long words of a table (file names) may break after a sign or before a capital.
local function breakable(str)
  if (utf8.len(str.text) or 0) <= LONG_WORD then return nil end
  local mark = typst and pandoc.RawInline('typst', '#sym.zws;') or pandoc.Str '\u{200b}'
  local out, plain, before = pandoc.Inlines {}, '', ''
  for _, code in utf8.codes(str.text) do
    local char = utf8.char(code)
    if before:match '[%l_./-]' and char:match '[%u%d]' or before:match '[_./-]' then
      out:insert(pandoc.Str(plain))
      out:insert(mark)
      plain = ''
    end
    plain, before = plain .. char, char
  end
  out:insert(pandoc.Str(plain))
  return out
end

-- Word: the cells of a wide table in a smaller style.
local function sized(tbl, style)
  local function set(rows)
    for _, row in ipairs(rows) do
      for _, cell in ipairs(row.cells) do
        local inlines = pandoc.utils.blocks_to_inlines(cell.contents)
        cell.contents = { styled(style, { pandoc.Para(inlines) }) }
      end
    end
  end
  set(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do set(body.body) end
  return tbl
end

local function table_(tbl)
  if html then
    for i = 1, #tbl.colspecs do tbl.colspecs[i] = { tbl.colspecs[i][1], nil } end
    for _, body in ipairs(tbl.bodies) do body.row_head_columns = 1 end
    local text = pandoc.write(pandoc.Pandoc { tbl }, 'html')
    text = text:gsub('<thead>.-</thead>', function(head)
      return (head:gsub('<th([ >])', '<th scope="col"%1'))
    end)
    text = text:gsub('<tbody>.-</tbody>', function(body)
      return (body:gsub('<th([ >])', '<th scope="row"%1'))
    end)
    text = text:gsub(' style="text%-align: left;"', ''):gsub('style="text%-align: right;"', 'class="r"')
    local label = pandoc.utils.stringify(tbl.caption.long)
    return { raw(string.format(
      '<div class="scroller" role="region" tabindex="0" aria-label="%s">', html_escape(label))
      .. text .. '</div>') }
  end
  local shaped, size = share_width(tbl)
  shaped = shaped:walk { Str = breakable }
  if size == '' then return { shaped } end
  if docx then return { sized(shaped, size) } end
  return { raw('#' .. size .. '['), shaped, raw ']' }
end

-- Tables that come as data: `{=table}` holds the caption, the header, which columns are numbers
-- (true or false) and the rows, as JSON texts. HTML and Typst get them written here: as Markdown,
-- they took most of the time of a report.

local function broken(text)
  return (text:gsub('%S+', function(word)
    if (utf8.len(word) or 0) <= LONG_WORD then return nil end
    local out, before = '', ''
    for _, code in utf8.codes(word) do
      local char = utf8.char(code)
      if before:match '[%l_./-]' and char:match '[%u%d]' or before:match '[_./-]' then
        out = out .. '\u{200b}'
      end
      out, before = out .. char, char
    end
    return out
  end))
end

local function html_table(caption, header, right, rows)
  local out = { string.format(
    '<div class="scroller" role="region" tabindex="0" aria-label="%s"><table>', html_escape(caption)) }
  local function add(text) out[#out + 1] = text end
  if caption ~= '' then add('<caption>' .. html_escape(caption) .. '</caption>') end
  add '<thead>\n<tr>'
  for i, text in ipairs(header) do
    add('<th scope="col"' .. (right[i] and ' class="r">' or '>') .. html_escape(text) .. '</th>')
  end
  add '</tr>\n</thead>\n<tbody>'
  for _, row in ipairs(rows) do
    add '<tr>'
    for i, text in ipairs(row) do
      local tag = i == 1 and 'th' or 'td'
      add('<' .. tag .. (i == 1 and ' scope="row"' or '') .. (right[i] and ' class="r">' or '>')
        .. html_escape(text) .. '</' .. tag .. '>')
    end
    add '</tr>'
  end
  add '</tbody>\n</table></div>'
  return table.concat(out, '\n')
end

-- A table as `share_width` reads it, its cells being texts.
local function light(header, right, rows)
  local specs, body = {}, {}
  for i = 1, #header do specs[i] = { right[i] and 'AlignRight' or 'AlignLeft' } end
  for i, row in ipairs(rows) do body[i] = { cells = row } end
  return { head = { rows = { { cells = header } } }, bodies = { { body = body } }, colspecs = specs }
end

local function typst_cells(row)
  local cells = {}
  for i, text in ipairs(row) do cells[i] = typst_string(broken(text)) end
  return table.concat(cells, ', ') .. ','
end

local function typst_table(caption, header, right, rows)
  local shaped, size = share_width(light(header, right, rows))
  local columns, aligned = {}, {}
  for i, spec in ipairs(shaped.colspecs) do
    columns[i] = spec[2] and string.format('%.2f%%', 100 * spec[2]) or 'auto'
    aligned[i] = right[i] and 'right' or 'left'
  end
  local out = {
    '#figure(', '  align(center)[#table(',
    '    columns: (' .. table.concat(columns, ', ') .. ',),',
    '    align: (' .. table.concat(aligned, ', ') .. ',),',
    '    table.header(' .. typst_cells(header) .. '),', '    table.hline(),' }
  for _, row in ipairs(rows) do out[#out + 1] = '    ' .. typst_cells(row) end
  out[#out + 1] = '  )]'
  if caption ~= '' then out[#out + 1] = '  , caption: [#' .. typst_string(caption) .. ']' end
  out[#out + 1] = '  , kind: table\n  )'
  local text = table.concat(out, '\n')
  return size == '' and text or '#' .. size .. '[\n' .. text .. '\n]'
end

local function inlines_of(text)
  local out = pandoc.Inlines {}
  for word in text:gmatch '[^ ]+' do
    if #out > 0 then out:insert(pandoc.Space()) end
    out:insert(pandoc.Str(word))
  end
  return out
end

local function real_table(caption, header, right, rows)
  local function cells(row)
    local out = {}
    for i, text in ipairs(row) do out[i] = { pandoc.Plain(inlines_of(text)) } end
    return out
  end
  local aligned, widths, body = {}, {}, {}
  for i = 1, #header do
    aligned[i], widths[i] = right[i] and pandoc.AlignRight or pandoc.AlignLeft, 0
  end
  for i, row in ipairs(rows) do body[i] = cells(row) end
  return pandoc.utils.from_simple_table(
    pandoc.SimpleTable(inlines_of(caption), aligned, widths, cells(header), body))
end

-- Rows and letters of the tables written as Typst, by their text.
local counted = {}

local function data_table(el)
  if el.format ~= 'table' then return nil end
  local caption, header, right, rows = table.unpack(pandoc.json.decode(el.text, false))
  if html then return { raw(html_table(caption, header, right, rows)) } end
  if not typst then return table_(real_table(caption, header, right, rows)) end
  local text, letters = typst_table(caption, header, right, rows), 0
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row) do letters = letters + cell_length(cell) end
  end
  counted[text] = { #rows, letters }
  return { raw(text) }
end

-- Parts of the report --------------------------------------------------------------------------

local function key_figure(div)
  local part = {}
  for _, block in ipairs(div.content) do
    if block.t == 'Div' then part[block.classes[1]] = pandoc.utils.blocks_to_inlines(block.content) end
  end
  return part
end

local function key_figures(div)
  local figures = {}
  for _, block in ipairs(div.content) do
    if block.t == 'Div' and has(block, 'key-figure') then figures[#figures + 1] = key_figure(block) end
  end
  if html then
    local out = pandoc.Blocks { raw '<dl class="key-figures">' }
    for _, part in ipairs(figures) do
      out:insert(raw '<div class="key-figure"><dt>')
      out:insert(pandoc.Plain(part.label))
      out:insert(raw '</dt><dd class="value">')
      out:insert(pandoc.Plain(part.value))
      if part.unit then
        out:insert(raw ' <span class="unit">')
        out:insert(pandoc.Plain(part.unit))
        out:insert(raw '</span>')
      end
      out:insert(raw '</dd>')
      for _, name in ipairs { 'interval', 'n', 'reserve' } do
        if part[name] then
          out:insert(raw('<dd class="' .. name .. '">'))
          out:insert(pandoc.Plain(part[name]))
          out:insert(raw '</dd>')
        end
      end
      out:insert(raw '</div>')
    end
    out:insert(raw '</dl>')
    return out
  end
  if typst then
    local out = pandoc.Blocks { raw '#key-figures((' }
    for _, part in ipairs(figures) do
      out:insert(raw '(')
      for _, name in ipairs { 'label', 'value', 'unit', 'interval', 'n', 'reserve' } do
        out:insert(raw(name .. ': ['))
        out:insert(pandoc.Plain(part[name] or {}))
        out:insert(raw '],')
      end
      out:insert(raw '),')
    end
    out:insert(raw '))')
    return out
  end
  -- Word: a table that a user can edit, with its header.
  local header, rows = {}, {}
  for title in (div.attributes.titles or ''):gmatch '[^|]+' do
    header[#header + 1] = { pandoc.Plain { pandoc.Str(title) } }
  end
  for _, part in ipairs(figures) do
    local value = pandoc.Inlines(part.value)
    if part.unit then
      value:insert(pandoc.Str '\u{a0}')
      value:extend(part.unit)
    end
    rows[#rows + 1] = {
      { styled('Key Label', { pandoc.Para(part.label or {}) }) },
      { styled('Key Value', { pandoc.Para(value) }) },
      { styled('Key Note', { pandoc.Para(part.interval or {}) }) },
      { styled('Key Note', { pandoc.Para(part.n or {}) }) },
    }
  end
  local left = pandoc.AlignLeft
  if #header == 2 then -- figures without bounds nor certainty
    for i, row in ipairs(rows) do rows[i] = { row[1], row[2] } end
    return { pandoc.utils.from_simple_table(pandoc.SimpleTable(
      {}, { left, left }, { 0.65, 0.35 }, header, rows)) }
  end
  return { pandoc.utils.from_simple_table(pandoc.SimpleTable(
    {}, { left, left, left, left }, { 0.28, 0.28, 0.22, 0.22 }, header, rows)) }
end

local function details(div)
  local summary = html_escape(div.attributes.summary or '')
  return around('<details class="figure-data" id="' .. div.identifier .. '"><summary>' .. summary ..
    '</summary>', div.content, '</details>')
end

local function figure(div)
  if html then
    return around(string.format('<figure id="%s" class="%s">', div.identifier,
      table.concat(div.classes, ' ')), div.content, '</figure>')
  end
  if typst then
    return around('#fitted("' .. div.identifier .. '")[', div.content, '] <' .. div.identifier .. '>')
  end
  return div
end

local function boxed(div, kind, style)
  if html then
    local open = string.format('<div class="%s" role="note">', kind)
    return around(open, div.content, '</div>')
  end
  if typst then
    local content = pandoc.Blocks(div.content)
    local first = content[1]
    -- A title never stays alone at the foot of a page.
    if first and first.t == 'Para' and #first.content == 1 and first.content[1].t == 'Strong' then
      content = pandoc.Blocks { raw '#block(sticky: true)[', first, raw ']' }
      for i = 2, #div.content do content:insert(div.content[i]) end
    end
    return around('#' .. kind .. '[', content, ']')
  end
  local blocks = pandoc.Blocks {}
  for i, block in ipairs(div.content) do
    local title = i == 1 and #div.content > 1 and block.t == 'Para'
    blocks:insert(styled(style .. (title and ' Title' or ''), { block }))
  end
  return blocks
end

-- A short table stays on one page with its note; a longer one may go on overleaf.
local KEPT_ROWS, KEPT_LETTERS = 14, 2000

local function short(div)
  local rows, letters, tables = 0, 0, 0
  pandoc.Blocks(div.content):walk { RawBlock = function(el)
    local known = counted[el.text]
    if known then
      tables, rows, letters = tables + 1, rows + known[1], letters + known[2]
    end
  end, Table = function(tbl)
    tables = tables + 1
    for _, body in ipairs(tbl.bodies) do
      for _, row in ipairs(body.body) do
        rows = rows + 1
        for _, cell in ipairs(row.cells) do letters = letters + cell_length(cell) end
      end
    end
  end }
  return tables == 1 and rows <= KEPT_ROWS and letters <= KEPT_LETTERS
end

-- Divs inside a key figure, shaped with it.
local KEY_PARTS = { ['key-figure'] = true, label = true, value = true, unit = true,
  interval = true, n = true, reserve = true, point = true }

-- The first page: points with their rank, and a page that leaves the last ranks out until it fits.
local function points(div)
  local title = div.attributes.title or ''
  if html then
    local out = pandoc.Blocks { raw('<section class="points"><h3>' .. html_escape(title) .. '</h3><ul>') }
    for _, point in ipairs(div.content) do
      out:insert(raw '<li>')
      out:insert(pandoc.Plain(pandoc.utils.blocks_to_inlines(point.content)))
      out:insert(raw '</li>')
    end
    out:insert(raw '</ul></section>')
    return out
  end
  if typst then
    local out = pandoc.Blocks { raw('#points(cut, ['), pandoc.Plain { pandoc.Str(title) }, raw '], (' }
    for _, point in ipairs(div.content) do
      out:insert(raw('(' .. (point.attributes.rank or '1') .. ', ['))
      out:insert(pandoc.Plain(pandoc.utils.blocks_to_inlines(point.content)))
      out:insert(raw ']),')
    end
    out:insert(raw '))')
    return out
  end
  local items = {}
  for _, point in ipairs(div.content) do
    local inlines = pandoc.utils.blocks_to_inlines(point.content)
    items[#items + 1] = { styled('Point', { pandoc.Para(inlines) }) }
  end
  return { pandoc.Header(2, { pandoc.Str(title) }), pandoc.BulletList(items) }
end

-- A short chapter starts no page.
local function joined(div)
  if typst then return around('#joined[', div.content, ']') end
  if html then return div.content end
  local out = pandoc.Blocks {}
  for i, block in ipairs(div.content) do
    local after = div.content[i + 1]
    if block.t == 'Header' and block.level == 1 then
      block = pandoc.Div({ pandoc.Para(block.content) },
        pandoc.Attr(block.identifier, {}, { ['custom-style'] = 'Joined Title' }))
    elseif block.t == 'Para' and after and after.t == 'Div' then
      block = styled('Joined Text', { block })
    end
    out:insert(block)
  end
  return out
end

local function one_page(div)
  if typst then return around('#one-page(cut => [', div.content, '])') end
  return div.content
end

-- Links: a term of the glossary is a link in HTML only; an address may break on paper.
local function link(el)
  if el.classes:includes 'term' then
    if html then return el end
    return el.content
  end
  if el.classes:includes 'out' then
    if html then
      el.attributes.rel = 'noopener noreferrer'
      return el
    end
    local content = pandoc.Inlines(el.content):walk { Str = function(str)
      if not str.text:find '://' then return nil end
      local out, plain = pandoc.Inlines {}, ''
      for char in str.text:gmatch(utf8.charpattern) do
        plain = plain .. char
        if char:match '[/%-_.]' then
          out:insert(pandoc.Str(plain))
          out:insert(typst and pandoc.RawInline('typst', '#sym.zws;') or pandoc.Str '\u{200b}')
          plain = ''
        end
      end
      out:insert(pandoc.Str(plain))
      return out
    end }
    return pandoc.Link(content, el.target)
  end
  return nil
end

local function sure(span)
  if not span.classes:includes 'certainty' then return nil end
  if html then return nil end
  if typst then
    local out = pandoc.Inlines { pandoc.RawInline('typst', '#certainty[') }
    out:extend(span.content)
    out:insert(pandoc.RawInline('typst', ']'))
    return out
  end
  local out = pandoc.Inlines { pandoc.Str '(' }
  out:extend(span.content)
  out:insert(pandoc.Str ')')
  return { pandoc.Emph(out) }
end

local NAMED = {
  ['figure-title'] = { '<p class="figure-title">', 'figure-title', 'Figure Title' },
  ['figure-note'] = { '<p class="figure-note">', 'figure-note', 'Figure Note' },
  ['kicker'] = { '<p class="kicker">', 'kicker', 'Key Note' },
  ['lead'] = { '<p class="lead">', 'lead', 'Lead' },
  ['to-write'] = { '<p class="to-write">', 'to-write', 'Key Note' },
  ['cover-edition'] = { '<p>', 'kicker', 'Cover Edition' },
  ['cover-note'] = { '<p>', 'kicker', 'Cover Note' },
  ['cover-line'] = { '<p>', 'kicker', 'Cover Line' },
}

local function named(div, spec)
  local inlines = pandoc.utils.blocks_to_inlines(div.content)
  if html then
    return { raw(spec[1]), pandoc.Plain(inlines), raw '</p>' }
  end
  if typst then
    return { raw('#' .. spec[2] .. '['), pandoc.Plain(inlines), raw ']' }
  end
  return styled(spec[3], { pandoc.Para(inlines) })
end

-- The whole document ----------------------------------------------------------------------------

-- In paper formats the numbers of each figure move to the annex; in HTML they stay folded in place
-- and the empty annex goes.
local function gather(doc)
  local annex = pandoc.Blocks {}
  doc.blocks = doc.blocks:walk {
    Div = function(div)
      if has(div, 'figure-data') and not html then
        annex:insert(pandoc.Div(div.content, pandoc.Attr(div.identifier, { 'tabular' })))
        return {}
      end
      if has(div, html and 'print-only' or 'html-only') then return {} end
      if has(div, 'docx-only') and not docx then return {} end
      return nil
    end,
    Span = function(span)
      if has(span, html and 'print-only' or 'html-only') then return {} end
      return nil
    end,
  }
  doc.blocks = doc.blocks:walk {
    Div = function(div)
      if has(div, 'data-annex') then
        if html or #annex == 0 then return {} end
        local out = pandoc.Blocks(div.content)
        out:extend(annex)
        return out
      end
      return nil
    end,
  }
  return doc
end

-- Pandoc up to 3.7 takes the quotes of the text for marks, and writes its own.
local function quoted(el)
  local double = el.quotetype == 'DoubleQuote'
  local out = pandoc.Inlines { pandoc.Str(double and '\u{201c}' or '\u{2018}') }
  out:extend(el.content)
  out:insert(pandoc.Str(double and '\u{201d}' or '\u{2019}'))
  return out
end

-- Typst would make its own quotes of pandoc's: the signs of the text are written as they are.
local function quotes(str)
  if not str.text:find '\u{2018}' and not str.text:find '\u{2019}' and not str.text:find '\u{201c}'
    and not str.text:find '\u{201d}' then return nil end
  local out, plain = pandoc.Inlines {}, ''
  for _, code in utf8.codes(str.text) do
    if code == 0x2018 or code == 0x2019 or code == 0x201c or code == 0x201d then
      if plain ~= '' then out:insert(pandoc.Str(plain)) end
      out:insert(pandoc.RawInline('typst', utf8.char(code)))
      plain = ''
    else
      plain = plain .. utf8.char(code)
    end
  end
  if plain ~= '' then out:insert(pandoc.Str(plain)) end
  return out
end

local headers = {}

-- HTML has its own list of contents; Word's field would be empty until someone refreshes it.
local function contents(div)
  local title = div.attributes.title or ''
  if typst then return { raw('#contents[' .. title .. ']') } end
  if html then return {} end
  local out = pandoc.Blocks { styled('TOC Heading', { pandoc.Para { pandoc.Str(title) } }) }
  for _, header in ipairs(headers) do
    if header.level <= 2 and not header.classes:includes 'unlisted' then
      local link = pandoc.Link(header.content, '#' .. header.identifier)
      out:insert(styled('toc ' .. header.level, { pandoc.Para { link } }))
    end
  end
  return out
end

-- A list in two columns of the same number of items.
local function halves(div)
  local items = div.content[1].content
  local half = math.ceil(#items / 2)
  local out = pandoc.Blocks { raw '#listed([' }
  out:insert(pandoc.BulletList(pandoc.List(items):filter(function(_, i) return i <= half end)))
  out:insert(raw '], [')
  if #items > half then
    out:insert(pandoc.BulletList(pandoc.List(items):filter(function(_, i) return i > half end)))
  end
  out:insert(raw '])')
  return out
end

-- Up to 1.8, Quarto forgets the anchor of a heading that is kept out of the contents.
local function unlisted(header)
  if not header.classes:includes 'unlisted' or header.identifier == '' then return nil end
  local out = pandoc.Inlines { pandoc.RawInline('typst', string.format(
    '#heading(level: %d, outlined: false)[', header.level)) }
  out:extend(header.content)
  out:insert(pandoc.RawInline('typst', '] <' .. header.identifier .. '>'))
  return pandoc.Para(out)
end

local function shape(doc)
  headers = {}
  doc = doc:walk { Quoted = quoted }
  doc.blocks:walk { Header = function(header) headers[#headers + 1] = header end }
  doc.blocks = doc.blocks:walk {
    Image = image,
    Table = table_,
    RawBlock = data_table,
    Link = link,
    Span = sure,
    Figure = function(el) return el.content end,
  }
  doc.blocks = doc.blocks:walk {
    Div = function(div)
      if has(div, 'key-figures') then return key_figures(div) end
      if has(div, 'points') then return points(div) end
      if has(div, 'one-page') then return one_page(div) end
      if has(div, 'joined') then return joined(div) end
      if has(div, 'figure') then return figure(div) end
      if has(div, 'figure-data') and html then return details(div) end
      if has(div, 'drawing') and html then
        return around('<div class="drawing" role="group" tabindex="0" aria-label="' ..
          html_escape(div.attributes.label or '') .. '">', div.content, '</div>')
      end
      if has(div, 'contents') then
        return contents(div)
      end
      if has(div, 'missing') then return boxed(div, 'missing', 'Missing') end
      if has(div, 'reserves') then return boxed(div, 'reserves', 'Reserve') end
      if has(div, 'published') then return boxed(div, 'published', 'Published') end
      for class, spec in pairs(NAMED) do
        if has(div, class) then return named(div, spec) end
      end
      if typst then
        if KEY_PARTS[div.classes[1]] then return nil end
        if has(div, 'listed') then return halves(div) end
        -- No container: the heading inside starts a page.
        if has(div, 'sheet') then return around('#[#show: sheet', div.content, ']') end
        if has(div, 'entries') then return around('#entries[', div.content, ']') end
        if has(div, 'entry') then
          return around('#entry[', div.content, '] <' .. div.identifier .. '>')
        end
        if has(div, 'tabular') and short(div) then
          local label = div.identifier == '' and '' or ' <' .. div.identifier .. '>'
          return around('#picture[', div.content, ']' .. label)
        end
        -- A plain div would become a block, in which no chapter may start a page.
        if div.identifier == '' then return div.content end
        local out = pandoc.Blocks { raw('#metadata(none) <' .. div.identifier .. '>') }
        out:extend(div.content)
        return out
      end
      return nil
    end,
    Header = function(header)
      if html then header.level = header.level + 1 end
      return typst and unlisted(header) or header
    end,
  }
  if typst then doc = doc:walk { Str = quotes } end
  return doc
end

return { { Pandoc = gather }, { Pandoc = shape } }
