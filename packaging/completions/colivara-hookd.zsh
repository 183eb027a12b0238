#compdef colivara-hookd

_colivara-hookd() {
    local -a commands filters where
    local state line
    filters=(
        '--type[type pattern]:pattern:' '--endpoint[endpoint pattern]:pattern:'
        '--collection[collection]:name:' '--document[document]:name:' '--sink[sink whose filter matches]:name:'
        '--since[accepted since this time]:time:' '--until[accepted before this time]:time:'
    )
    where=('--socket[the admin socket]:file:_files')
    commands=(
        'run:run the daemon in the foreground'
        'check:check the configuration and report all errors'
        'status:show the state of the running daemon'
        'reload:apply a changed configuration'
        'events:inspect the journal; repeat or drop failed deliveries'
        'wait:wait for a document'\''s event'
        'sinks:list sinks and their backlog'
        'register:register the webhook and save its secret'
        'verify:check a message'\''s signature'
        'send:sign and send test events'
        'version:print the version of the program and its libraries'
    )
    _arguments -C '(-h --help)'{-h,--help}'[print help]' '(-c --config)'{-c,--config}'[configuration file]:file:_files' \
        '1:command:->command' '*::argument:->argument'
    case $state in
    command) _describe command commands ;;
    argument)
        case $line[1] in
        check) _arguments '--print[print the effective settings]' ;;
        status) _arguments '--json[print JSON lines]' '--socket[the admin socket]:file:_files' ;;
        reload) _arguments '--socket[the admin socket]:file:_files' ;;
        events)
            local state_option='--state[in this delivery state]:state:(pending waiting dead delivered)'
            case $line[2] in
            list)
                _arguments '1: :' $filters $state_option '--limit[maximum number of events]:number:' '--oldest[oldest first]' \
                    '--json[one JSON line per event]' '--utc[times in UTC]' $where
                ;;
            show) _arguments '1: :' '*:id:' '--body[also print the body]' '--json[one JSON line per event]' '--utc[times in UTC]' $where ;;
            tail)
                _arguments '1: :' $filters $state_option '--lines[start with the last N events]:number:' \
                    '--json[one JSON line per event]' '--utc[times in UTC]' $where
                ;;
            replay)
                _arguments '1: :' '*:id:' $filters $state_option '--dead[dead letters]' '--dry-run[only count]' \
                    '--yes[do not ask for confirmation]' $where
                ;;
            drop) _arguments '1: :' '*:id:' $filters '--dead[dead letters]' '--dry-run[only count]' '--yes[do not ask for confirmation]' $where ;;
            *) _arguments '1:command:(list show tail replay drop)' ;;
            esac
            ;;
        wait)
            _arguments '--document[document]:name:' '--collection[collection]:name:' '--timeout[maximum time to wait]:duration:' \
                '--since[accepted since this time]:time:' '--next[ignore earlier events]' '--json[print the event as JSON]' $where
            ;;
        sinks) _arguments '1:command:(pause resume)' '2:sink:' '--json[one JSON line per sink]' $where ;;
        register)
            _arguments '--url[URL for ColiVara'\''s events]:url:_urls' \
                '--api-key-file[file with the API key]:file:_files' '--save-secret[file for the secret]:file:_files' \
                '--api[base URL of ColiVara]:url:_urls' '--cacert[CA certificates to trust]:file:_files' \
                '--timeout[limit for the whole call]:duration:'
            ;;
        verify)
            _arguments '--secret-file[file with the secret]:file:_files' '*--header[a header of the message]:field:' \
                '--request[file with the captured request]:file:_files' '--at[check the timestamp against this Unix time]:time:' \
                '--ignore-time[do not check the timestamp]' '--explain[print the reason and what to do]' '1:body:_files'
            ;;
        send)
            _arguments '1:type:(upsert.success upsert.fail)' '--to[URL of the receiver]:url:_urls' \
                '--secret-file[file with the secret]:file:_files' '--data[file with a body]:file:_files' \
                '*--set[change a member of the body]:key=value:' '--count[number of events]:number:' \
                '--rate[events per second]:number:' '--connections[number of connections]:number:' \
                '--each[always print one line per event]' '--duplicate[send each event twice]' \
                '(--stale)--forge[send wrong signatures]' '(--forge)--stale[send signatures that are a day old]' \
                '(--insecure)--cacert[CA certificates to trust]:file:_files' '(--cacert)--insecure[trust any certificate]'
            ;;
        esac
        ;;
    esac
}

_colivara-hookd "$@"
