# Sourced with a folder: `in_store COMMAND...` runs buildah in a store of its own there. Files are copied and programs
# run in a chroot, so that neither an engine nor a kernel feature beyond root's is needed.
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
_store=$(mkdir -p "$1" && cd "$1" && pwd)

in_store() {
  local program=$1
  shift
  "$program" --root "$_store/root" --runroot "$_store/run" "$@"
}
