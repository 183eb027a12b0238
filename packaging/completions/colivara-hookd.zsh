#compdef colivara-hookd

_colivara-hookd() {
    local -a commands filters where
    local state line
    filters=(
        '--type[of this type; a pattern]:pattern:' '--endpoint[of this endpoint; a pattern]:pattern:'
        '--collection[of this collection]:name:' '--document[of this document]:name:' '--sink[for this sink]:name:'
        '--since[from then on]:time:' '--until[before then]:time:'
    )
    where=('--socket[the admin socket]:file:_files')
    commands=(
        'run:the daemon, in the foreground'
        'check:read the configuration and everything it names; print every fault'
        'status:how the running daemon does'
        'reload:have the running daemon read its configuration again'
        'events:look into the journal, and repair what failed'
        'wait:wait for a document'\''s event'
        'sinks:what waits where'
        'register:have ColiVara send its events, and save the secret'
        'verify:check a message'\''s signature'
        'send:sign and send test events'
        'version:the version, and the libraries'\'
    )
    _arguments -C '(-h --help)'{-h,--help}'[print help]' '(-c --config)'{-c,--config}'[the configuration]:file:_files' \
        '1:command:->command' '*::argument:->argument'
    case $state in
    command) _describe command commands ;;
    argument)
        case $line[1] in
        check) _arguments '--print[print the values in force]' ;;
        status) _arguments '--json[one line of JSON]' '--socket[the admin socket]:file:_files' ;;
        reload) _arguments '--socket[the admin socket]:file:_files' ;;
        events)
            local state_option='--state[that stand so with a sink]:state:(pending waiting dead delivered)'
            case $line[2] in
            list)
                _arguments '1: :' $filters $state_option '--limit[at most so many]:number:' '--oldest[the oldest first]' \
                    '--json[an event a line]' '--utc[times in UTC]' $where
                ;;
            show) _arguments '1: :' '*:id:' '--body[with its body]' '--json[an event a line]' '--utc[times in UTC]' $where ;;
            tail)
                _arguments '1: :' $filters $state_option '--lines[so many of the newest first]:number:' \
                    '--json[an event a line]' '--utc[times in UTC]' $where
                ;;
            replay)
                _arguments '1: :' '*:id:' $filters $state_option '--dead[dead letters]' '--dry-run[count only]' \
                    '--yes[do not ask]' $where
                ;;
            drop) _arguments '1: :' '*:id:' $filters '--dead[dead letters]' '--dry-run[count only]' '--yes[do not ask]' $where ;;
            *) _arguments '1:command:(list show tail replay drop)' ;;
            esac
            ;;
        wait)
            _arguments '--document[its name]:name:' '--collection[its collection]:name:' '--timeout[at most so long]:duration:' \
                '--since[from then on]:time:' '--next[only what comes from now on]' '--json[the event as JSON]' $where
            ;;
        sinks) _arguments '1:command:(pause resume)' '2:sink:' '--json[a sink a line]' $where ;;
        register)
            _arguments '--url[where ColiVara is to send its events]:url:_urls' \
                '--api-key-file[file with the API key]:file:_files' '--save-secret[file for the secret]:file:_files' \
                '--api[base URL of ColiVara]:url:_urls' '--cacert[the authorities to trust]:file:_files' \
                '--timeout[for the whole call]:duration:'
            ;;
        verify)
            _arguments '--secret-file[file with the secret]:file:_files' '*--header[a header of the message]:field:' \
                '--request[file with the captured request]:file:_files' '--at[judge the time at this Unix time]:time:' \
                '--ignore-time[do not judge the time]' '--explain[say why, and what to do]' '1:body:_files'
            ;;
        send)
            _arguments '1:type:(upsert.success upsert.fail)' '--to[the receiver]:url:_urls' \
                '--secret-file[file with the secret]:file:_files' '--data[file with a body]:file:_files' \
                '*--set[change a member of the body]:key=value:' '--count[how many events]:number:' \
                '--rate[events a second]:number:' '--connections[connections at a time]:number:' \
                '--each[a line an event also where there are many]' '--duplicate[each event twice]' \
                '(--stale)--forge[with a wrong signature]' '(--forge)--stale[signed a day ago]' \
                '(--insecure)--cacert[the authorities to trust]:file:_files' '(--cacert)--insecure[trust any certificate]'
            ;;
        esac
        ;;
    esac
}

_colivara-hookd "$@"
