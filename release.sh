#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the tool of the last commit for all systems into build/release, with checksums and a bill of
# materials. Builds twice, in two folders and without a common cache, and fails unless all files are equal.
set -eu
systems="linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64"
out=$PWD/build/release
commit=$(git rev-parse HEAD)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# build FOLDER CACHE: clones to FOLDER/quine and leaves the files in FOLDER/out
build() {
    git clone --quiet . "$1/quine"
    git -C "$1/quine" -c advice.detachedHead=false checkout --quiet "$commit"
    mkdir "$1/out"
    for system in $systems; do
        os=${system%/*} arch=${system#*/} suffix=
        [ "$os" = windows ] && suffix=.exe
        (cd "$1/quine" && GOCACHE=$2 CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=true \
            -ldflags "-s -w" -o "../out/quine-$os-$arch$suffix" ./cmd/quine)
    done
    "$1/out/quine-$(go env GOOS)-$(go env GOARCH)$(go env GOEXE)" sbom -o "$1/out/quine.cdx.json"
}

build "$work/first" "$(go env GOCACHE)"
build "$work/second/of/two" "$work/cache"
diff -r "$work/first/out" "$work/second/of/two/out"

rm -rf "$out"
mkdir -p "$out"
cp "$work/first/out/"* "$out"
(cd "$out" && sha256sum * >SHA256SUMS && cat SHA256SUMS)
"$out/quine-$(go env GOOS)-$(go env GOARCH)$(go env GOEXE)" version
echo "built twice, equal"
