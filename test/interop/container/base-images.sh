#!/usr/bin/env bash
# Makes stand-ins for the base images that our Dockerfiles name, for a machine with no image registry: a minimal Debian 12
# and the same with this machine's Node. The names and tools are those of the official images; the size is not.
# base-images.sh STORE: into the buildah store in that folder. Does nothing when they are there.
set -euo pipefail
store=$1
# shellcheck source=store.sh
source "$(dirname "${BASH_SOURCE[0]}")/store.sh" "$store"

if in_store buildah inspect --type image localhost/node:20-bookworm-slim >/dev/null 2>&1; then exit; fi

archive=$store/debian.tar
if [[ ! -f $archive ]]; then
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$archive.part" >&2
  mv "$archive.part" "$archive"
fi

node=$(node -p process.execPath)
prefix=$(dirname "$(dirname "$node")")
certificates=/etc/ssl/certs/ca-certificates.crt

debian=$(in_store buildah from scratch)
in_store buildah add -q "$debian" "$archive" / >&2
# A machine behind a proxy may trust more authorities than Debian does.
in_store buildah copy -q "$debian" "$certificates" "$certificates" >&2
in_store buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd bash "$debian"
in_store buildah commit -q "$debian" localhost/debian:bookworm-slim >&2

in_store buildah copy -q "$debian" "$node" /usr/local/bin/node >&2
in_store buildah copy -q "$debian" "$prefix/include/node" /usr/local/include/node >&2
in_store buildah copy -q "$debian" "$(npm root -g)/npm" /usr/local/lib/node_modules/npm >&2
in_store buildah config --env NODE_EXTRA_CA_CERTS="$certificates" --cmd node "$debian"
in_store buildah run "$debian" -- sh -c \
  'ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && groupadd -g 1000 node && useradd -u 1000 -g node -m node' >&2
in_store buildah commit -q --rm "$debian" localhost/node:20-bookworm-slim >&2
