"""python3-zeep with its WSSE signature as the other side of a SOAP exchange.

    zeep_peer.py version
    zeep_peer.py sign own|profile <wsdl> <key.pem> <cert.pem> <to> <nid>    envelope on standard output
    zeep_peer.py verify <cert.pem>                                          envelope on standard input; exit 0 or 1
"""

import datetime
import sys

import xmlsec
import zeep
from lxml import etree
from zeep import ns
from zeep.exceptions import SignatureVerificationFailed
from zeep.plugins import Plugin
from zeep.wsdl.utils import etree_to_string
from zeep.wsse.signature import BinarySignature, _sign_node
from zeep.wsse.utils import WSU, ensure_id, get_security_header

WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
X509V3 = WSS + "x509-token-profile-1.0#X509v3"
BASE64 = WSS + "soap-message-security-1.0#Base64Binary"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"


class ReplyTo(Plugin):
    """Action, MessageID and To zeep writes by itself when the WSDL names the action; a question needs this as well."""

    def egress(self, envelope, http_headers, operation, binding_options):
        reply_to = etree.SubElement(envelope.find(f"{{{SOAP}}}Header"), f"{{{ns.WSA}}}ReplyTo")
        etree.SubElement(reply_to, f"{{{ns.WSA}}}Address").text = ANONYMOUS
        return envelope, http_headers


def add_timestamp(envelope):
    """zeep signs a Timestamp but writes none."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    until = now + datetime.timedelta(seconds=300)
    get_security_header(envelope).append(
        WSU("Timestamp", WSU("Created", f"{now.isoformat()}Z"), WSU("Expires", f"{until.isoformat()}Z"))
    )


class OwnSignature(BinarySignature):
    """What zeep signs by itself, Body and Timestamp, with SHA-256 for its default SHA-1."""

    def apply(self, envelope, headers):
        add_timestamp(envelope)
        return super().apply(envelope, headers)


class ProfileSignature(BinarySignature):
    """The whole profile, with zeep's function for one signed element."""

    def apply(self, envelope, headers):
        add_timestamp(envelope)
        security = get_security_header(envelope)
        key = xmlsec.Key.from_memory(self.key_data, xmlsec.KeyFormat.PEM)
        token = etree.Element(f"{{{ns.WSSE}}}BinarySecurityToken", ValueType=X509V3, EncodingType=BASE64)
        token.text = "".join(
            line for line in self.cert_data.decode().splitlines() if not line.startswith("-----")
        )
        signature = xmlsec.template.create(envelope, xmlsec.Transform.EXCL_C14N, self.signature_method)
        reference = etree.SubElement(
            etree.SubElement(xmlsec.template.ensure_key_info(signature), f"{{{ns.WSSE}}}SecurityTokenReference"),
            f"{{{ns.WSSE}}}Reference",
            URI="#" + ensure_id(token),
            ValueType=X509V3,
        )
        security.insert(0, token)
        security.append(signature)
        context = xmlsec.SignatureContext()
        context.key = key
        header = envelope.find(f"{{{SOAP}}}Header")
        parts = [header.find(f"{{{ns.WSA}}}{name}") for name in ("To", "Action", "MessageID", "ReplyTo")]
        parts += [token, security.find(f"{{{ns.WSU}}}Timestamp"), envelope.find(f"{{{SOAP}}}Body")]
        for part in parts:
            _sign_node(context, signature, part, self.digest_method)
        context.sign(signature)
        return envelope, headers


class ToStandardOutput(zeep.Transport):
    """Writes what would be sent, byte for byte, and waits for no answer."""

    def post_xml(self, address, envelope, headers):
        sys.stdout.buffer.write(etree_to_string(envelope))
        sys.stdout.flush()
        sys.exit(0)


def sign(form, wsdl, key, certificate, to, nid):
    kind = {"own": OwnSignature, "profile": ProfileSignature}[form]
    algorithms = {"signature_method": xmlsec.Transform.RSA_SHA256, "digest_method": xmlsec.Transform.SHA256}
    wsse = kind(key, certificate, **algorithms)
    client = zeep.Client(wsdl, wsse=wsse, plugins=[ReplyTo()], transport=ToStandardOutput())
    client.create_service("{urn:al:ura:registry:civil:v1}CivilRegistryBinding", to).GetFamilyComposition(
        Context={
            "Purpose": "social-housing",
            "LegalBasis": "Ligji 22/2018, neni 18",
            "CaseId": "DIV-2026-00017",
            "Requester": {"Organisation": "Bashkia Divjakë", "Officer": "elira.kola", "Unit": "OSS"},
        },
        Nid=nid,
    )


def verify(certificate):
    envelope = etree.fromstring(sys.stdin.buffer.read())
    try:
        BinarySignature(certificate, certificate).verify(envelope)
    except SignatureVerificationFailed:
        sys.exit(1)


def version():
    print(f"zeep {zeep.__version__}, python-xmlsec {xmlsec.__version__}")


if __name__ == "__main__":
    {"sign": sign, "verify": verify, "version": version}[sys.argv[1]](*sys.argv[2:])
