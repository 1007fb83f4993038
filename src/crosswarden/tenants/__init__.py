"""The cross-tenant access policy as a model: parse, evaluate, compare, check."""
