"""Steps that SQL cannot say, as procedures over rows: one module a family, one table of all."""
