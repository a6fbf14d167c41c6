"""Paper: frozen records in, PDF bytes out. No session, no widgets, no clock.

`catalog` lists every form and prints it by name. A new form is one module here that lists its blocks
and hands them to `page.render_pages`, one record in `deskapp.domain.papers` (or its feature's module)
and one line in `catalog`. From the bottom up: `truetype` reads font files, `fonts` embeds them, `text`
breaks lines, `pen` draws, `blocks`, `grid`, `table` and `poster` are what forms are made of, `page`
puts them on sheets, `values` turns what papers know into words.
"""
