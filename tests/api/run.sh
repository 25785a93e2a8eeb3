#!/usr/bin/env bash
# Schemathesis against the admin API of the real program: requests made from its OpenAPI document, good ones and bad ones,
# and what comes back compared with what the document says. Fails when something differs, or when the program does not live through it.
#
#   tests/api/run.sh [PROGRAM]      PROGRAM: target/debug/skep; left out, it is built
#
# Reads requirements.txt (versions of the tools), schemathesis.toml (what is asked and checked), hooks.py (addresses and tokens).
# Needs Python 3.11 or later with pip. SKEP_VENV: where the tools are installed, by default ~/.cache/skep-ci/venv; kept from run to run.
#
# Two rounds, each on a host of its own: without tokens, then with them. Python does the asking too: curl need not be there.
#
# Invariant: whatever happens, no process and no folder of a run outlives it.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
tools="${SKEP_VENV:-${HOME}/.cache/skep-ci/venv}"
# A round takes about a minute; more than this is an answer that does not come.
round_s=300

program="${1:-}"
if [[ -z "${program}" ]]; then
    (cd "${here}/../.." && cargo build --locked --bin skep)
    program="${CARGO_TARGET_DIR:-${here}/../../target}/debug/skep"
fi
program="$(realpath "${program}")"

folder="$(mktemp -d)"
server=""
asker=""

end_server() {
    [[ -n "${server}" ]] || return 0
    kill -TERM "${server}" 2>/dev/null || true
    for _ in $(seq 100); do
        kill -0 "${server}" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "${server}" 2>/dev/null || true
    wait "${server}" 2>/dev/null || true
    server=""
}
trap '[[ -z "${asker}" ]] || kill "${asker}" 2>/dev/null || true; end_server; rm -rf "${folder}"' EXIT
trap 'exit 130' INT TERM

# Sets `python`, and installs what is not there yet.
install_tools() {
    local wanted="${here}/requirements.txt" where=()
    python="${tools}/bin/python"
    "${python}" -m pip --version >/dev/null 2>&1 || python3 -m venv "${tools}" >/dev/null 2>&1 || python=python3
    cmp --silent "${wanted}" "${tools}/installed.txt" && return
    # Some distributions keep venv in a package of its own.
    [[ "${python}" != python3 ]] || where=(--upgrade --target "${tools}/packages")
    "${python}" -m pip install --quiet --disable-pip-version-check "${where[@]}" --requirement "${wanted}"
    cp "${wanted}" "${tools}/installed.txt"
}

# Asks the admin address, prints the answer: METHOD PATH [JSON].
ask() {
    "${python}" - "${admin}/api/v1$2" "$1" "${3:-}" "${token}" <<'PYTHON'
import sys
from urllib.request import Request, urlopen

url, method, body, token = sys.argv[1:]
headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
print(urlopen(Request(url, body.encode() or None, headers, method=method), timeout=30).read().decode())
PYTHON
}

# Starts the program with one function in the folder. One process: what dies is not replaced, and is noticed.
start_server() {
    local work="${folder}/$1"
    mkdir -p "${work}/functions/hello"
    echo 'export default (request) => ({ hello: new URL(request.url).pathname });' >"${work}/functions/hello/index.js"
    : >"${work}/out"
    (cd "${work}" && exec "${program}" serve --single-process --functions functions --state state --listen 127.0.0.1:0 --admin 127.0.0.1:0) \
        >"${work}/out" 2>"${work}/log" &
    server=$!
    admin=""
    for _ in $(seq 300); do
        admin="$(sed -n 's/^admin on //p' "${work}/out")"
        [[ -z "${admin}" ]] || return 0
        kill -0 "${server}" 2>/dev/null || break
        sleep 0.1
    done
    echo "the program did not start:" >&2
    tail -n 20 "${work}/log" >&2
    exit 1
}

# Two deployed functions, one of them with a candidate.
deploy() {
    ask PUT '/functions/shop?wait=true' '{"files":{"index.js":"export default () => \"shop\";"}}'
    ask PUT '/functions/greet?wait=true' '{"files":{"index.js":"export default () => \"one\";"}}'
    ask PUT '/functions/greet?wait=true&canary=25' '{"files":{"index.js":"export default () => \"two\";"}}'
}

# A round: NAME, then more for schemathesis.
round() {
    local name="$1" found=0
    shift
    token=""
    start_server "${name}"
    deploy >"${folder}/${name}/deployed"
    if [[ "${name}" == with-tokens ]]; then
        token="$(ask POST /tokens '{"name":"schemathesis","scope":"admin"}' | sed -n 's/.*"secret":"\([^"]*\)".*/\1/p')"
        set -- --header "Authorization: Bearer ${token}" "$@"
    fi
    echo "admin API, ${name} …"
    (cd "${folder}/${name}" && exec timeout "${round_s}" env ADMIN="${admin}" TOKEN="${token}" PYTHONPATH="${here}:${tools}/packages" PYTHONDONTWRITEBYTECODE=1 \
        "${python}" -c 'from schemathesis.cli import schemathesis; schemathesis()' --no-color --config-file "${here}/schemathesis.toml" \
        run "${admin}/api/v1/openapi.json" "$@") >"${folder}/${name}/found" 2>&1 &
    # In the background, so that a signal to this script is heard.
    asker=$!
    wait "${asker}" || found=$?
    asker=""
    [[ "${found}" == 0 ]] || cat "${folder}/${name}/found"
    # Also tells whether it answers still, which being there does not.
    if ! ask GET /host >"${folder}/${name}/host"; then
        echo "${name}: the program died or does not answer; its last lines:" >&2
        tail -n 20 "${folder}/${name}/log" >&2
        exit 1
    fi
    end_server
    if [[ "${found}" != 0 ]]; then
        echo "${name}: schemathesis ended with ${found} (124: it took longer than ${round_s} s); see above" >&2
        exit 1
    fi
}

install_tools
# The first token would close the door to everybody who has none.
round without-tokens --exclude-operation-id add_token
round with-tokens
echo "The admin API is what its document says, without tokens and with them."
