"""KQL text → tokens → syntax tree → typed plan → sqlglot expression. Pure: no files, no network, no engine."""
