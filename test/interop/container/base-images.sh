#!/usr/bin/env bash
# Makes stand-ins for the base images that our Dockerfiles name, for a machine with no image registry: a minimal Debian 12
# and the same with this machine's Node. The names and tools are those of the official images; the size is not.
# Does nothing when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
buildah=./buildah

if $buildah inspect --type image localhost/node:20-bookworm-slim >/dev/null 2>&1; then exit; fi

archive=../.work/images/debian.tar
if [[ ! -f $archive ]]; then
  mmdebstrap --quiet --format=tar --variant=minbase --include=ca-certificates bookworm "$archive.part"
  mv "$archive.part" "$archive"
fi

node=$(node -p process.execPath)
prefix=$(dirname "$(dirname "$node")")
certificates=/etc/ssl/certs/ca-certificates.crt

debian=$($buildah from scratch)
$buildah add -q "$debian" "$archive" /
# A machine behind a proxy may trust more authorities than Debian does.
$buildah copy -q "$debian" "$certificates" "$certificates"
$buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd bash "$debian"
$buildah commit -q "$debian" localhost/debian:bookworm-slim

$buildah copy -q "$debian" "$node" /usr/local/bin/node
$buildah copy -q "$debian" "$prefix/include/node" /usr/local/include/node
$buildah copy -q "$debian" "$(npm root -g)/npm" /usr/local/lib/node_modules/npm
$buildah config --env NODE_EXTRA_CA_CERTS="$certificates" --cmd node "$debian"
$buildah run "$debian" -- sh -c \
  'ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && groupadd -g 1000 node && useradd -u 1000 -g node -m node'
$buildah commit -q --rm "$debian" localhost/node:20-bookworm-slim
