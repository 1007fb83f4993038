"""Tenant restrictions: endpoint list, header policy, what each enforcement point needs, proof that it works.

``policy`` decides (pure); ``points`` write its decisions into mitmproxy, Squid, PAC, Windows, App Control, firewall and
nftables files; ``lint`` reads such files; ``verify`` proves by requests; ``evidence`` judges logs; ``service`` keeps the
Microsoft 365 endpoint list; ``running`` starts the proxy. See docs/restrictions.md.
"""
