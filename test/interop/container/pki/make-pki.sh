#!/bin/sh
# make-pki FOLDER: a certificate authority, the server's key and certificate (DNS name leshan), a virtual SIM that holds
# the device's key and certificate, and the agent's configuration. Leaves a folder alone that has them.
set -eu
cd "$1"
endpoint=compose-device
if [ -f sim.json ]; then exit 0; fi
umask 022

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }

# certificate NAME EXTENSION...: signed by the authority, the name in its subject
certificate() {
  name=$1
  shift
  printf '%s\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature "$@" >"$name.ext"
  new_key "$name"
  openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile "$name.ext" -out "$name.pem"
  rm "$name.ext" "$name.csr"
}

new_key ca
openssl req -x509 -new -key ca.key -days 365 -subj '/CN=Compose CA' -out ca.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
certificate leshan subjectAltName=DNS:leshan extendedKeyUsage=serverAuth,clientAuth
certificate "$endpoint" extendedKeyUsage=clientAuth
# Another container reads it as another user; a volume of its own is its protection.
chmod 0644 leshan.key

jq -n --rawfile key "$endpoint.key" --rawfile cert "$endpoint.pem" '{
  format: 1,
  appletId: "C0FFEE00C0FFEE00C0FFEE00C0FFEE00C0FFEE00C0FFEE00C0FFEE00C0FFEE00",
  keyPairs: [{ label: "device", privateId: "01", publicId: "02", privateKey: $key }],
  files: [{ label: "device", id: "03", content: $cert }]
}' >sim.part

cat >agent.yaml <<CONFIG
endpoint: $endpoint
server:
  uri: coaps://leshan:5684
  security:
    credential: iotsafe:?channel=pcsc
    trust:
      anchors: [/pki/ca.pem]
CONFIG
rm "$endpoint.key"
mv sim.part sim.json
