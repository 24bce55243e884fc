"""Keeps a build VM reachable: a tunnel to the relay, and an entry in the State Hub's catalogue.

Standard library only: the VM has no other Python packages, and no Node.
"""
