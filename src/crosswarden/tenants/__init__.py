"""The cross-tenant access policy as a model: parse, evaluate, compare, check.

``read`` and ``parse`` make the model of exports; ``effective`` resolves inheritance; ``evaluate`` is the nine-row table;
``simulate`` walks every gate between a user and an application; ``checks`` find what is wrong; ``difference`` and
``explain`` tell what changed and who did it; ``contain`` plans against a hostile partner. See docs/tenants.md.
"""
