"""The connectivity document, `wap-provisioningdoc` (WAP-183, OMA Client Provisioning 1.1): model, XML, WBXML, rules, difference."""
