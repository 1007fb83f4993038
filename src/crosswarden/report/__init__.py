"""One frozen result document and its renderings: HTML, Markdown, JSON, CSV and exchange formats."""
