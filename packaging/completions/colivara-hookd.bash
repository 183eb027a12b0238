# bash completion for colivara-hookd(1)

_colivara_hookd() {
    local words command="" part="" word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -c | --config) ((i++)) ;;
        -*) ;;
        *)
            [ -z "$command" ] || {
                part=${COMP_WORDS[i]}
                break
            }
            command=${COMP_WORDS[i]}
            [ "$command" = events ] || [ "$command" = sinks ] || break
            ;;
        esac
    done
    case $before in
    -c | --config | --secret-file | --request | --data | --cacert | --socket | --api-key-file | --save-secret)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --state)
        mapfile -t COMPREPLY < <(compgen -W "pending waiting dead delivered" -- "$word")
        return
        ;;
    --type | --endpoint | --collection | --document | --sink | --since | --until | --limit | --lines | --timeout) return ;;
    --header | --at | --url | --api | --to | --set | --count | --rate | --connections) return ;;
    esac
    case $command in
    "") words="run check status reload events wait sinks register verify send version -c --config -h --help" ;;
    run | version) words="-h --help" ;;
    check) words="--print -h --help" ;;
    status) words="--json --socket -h --help" ;;
    events)
        words="--type --endpoint --collection --document --sink --since --until"
        case $part in
        "") words="list show tail replay drop -h --help" ;;
        list) words="$words --state --limit --oldest --json --utc --socket -h --help" ;;
        show) words="--body --json --utc --socket -h --help" ;;
        tail) words="$words --state --lines --json --utc --socket -h --help" ;;
        replay) words="$words --state --dead --dry-run --yes --socket -h --help" ;;
        drop) words="$words --dead --dry-run --yes --socket -h --help" ;;
        *) return ;;
        esac
        ;;
    wait) words="--document --collection --timeout --since --next --json --socket -h --help" ;;
    sinks) words="pause resume --json --socket -h --help" ;;
    reload) words="--socket -h --help" ;;
    register) words="--url --api-key-file --save-secret --api --cacert --timeout -h --help" ;;
    verify) words="--secret-file --header --request --at --ignore-time --explain -h --help" ;;
    send)
        words="upsert.success upsert.fail --to --secret-file --data --set --count --rate --connections --each
            --duplicate --forge --stale --cacert --insecure -h --help"
        ;;
    *) return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _colivara_hookd colivara-hookd
