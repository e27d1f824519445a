# A nats-server for a machine that has none, made by tools that check what they fetch: `go` against Go's checksum database,
# `apt-get` against Debian's keyring. Needs no root, installs nothing.
#
# sh obtain.sh go|apt VERSION: leaves ./nats-server in the current folder, which is empty before.
set -eu
export LC_ALL=C

# Whoever started this holds our standard input open. When it closes, because they ended in whatever way, so do we and all
# that we have started.
exec 3<&0 </dev/null
(read -r _ <&3 || kill -s KILL 0) >/dev/null 2>&1 &

case $1 in
go)
    # Without cgo no C compiler is needed. GOBIN cannot be combined with another platform's target.
    unset GOOS GOARCH
    CGO_ENABLED=0 GOBIN=$PWD exec go install "github.com/nats-io/nats-server/v2@v$2"
    ;;
apt)
    # The archive that this machine fetches Debian from; its unstable suite has a nats-server that is recent enough.
    archive=$(apt-get update --print-uris | sed -En "s#^'(.*/debian(\.list)?)/dists/.*#\1#p" | sed 1q)
    if [ -z "$archive" ]; then
        echo "apt's source lists name no Debian archive" >&2
        exit 1
    fi
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring target=Packages lang=none] $archive unstable main" >unstable.list
    # Read after the machine's own settings, of which proxies and credentials stay in force. Cleared are the hooks, for they
    # tidy the machine's caches. As root, apt would drop to a user who cannot read this folder: hence the sandbox.
    cat >apt.conf <<'CONF'
#clear APT::Update;
#clear APT::Default-Release;
APT::Sandbox::User "root";
Dir::State::lists "./lists/";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "./unstable.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
CONF
    mkdir -p lists/partial
    apt-get -c apt.conf -q update --error-on=any
    apt-get -c apt.conf -q download nats-server
    dpkg-deb -x nats-server_*.deb package
    mv package/usr/*bin/nats-server .
    ;;
esac
