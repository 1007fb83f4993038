"""Tenant restrictions: endpoint list, header policy, what each enforcement point needs, proof that it works."""
