"""Provisioning data on a SIM, USIM or WIM (WAP-186, TS 31.102): files and rights, PKCS#15 structures, root keys, images, scripts."""
