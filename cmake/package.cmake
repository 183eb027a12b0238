# SPDX-License-Identifier: MIT
# What an operator installs beside the binary, and the Debian package of it all: `cpack` in the build directory.
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(made ${PROJECT_BINARY_DIR}/package)
set(documents ${CMAKE_INSTALL_DOCDIR})

# gzip without a time stamp: the same source gives the same package.
function(hookd_compressed source name)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(MAKE_DIRECTORY ${made})
  execute_process(COMMAND gzip -9nc ${source} OUTPUT_FILE ${made}/${name}.gz COMMAND_ERROR_IS_FATAL ANY)
endfunction()

hookd_compressed(${PROJECT_SOURCE_DIR}/docs/man/colivara-hookd.1 colivara-hookd.1)
hookd_compressed(${PROJECT_SOURCE_DIR}/docs/man/colivara-hookd.toml.5 colivara-hookd.toml.5)
hookd_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog)
hookd_compressed(${packaging}/debian/changelog changelog.Debian)

install(FILES systemd/colivara-hookd.service systemd/colivara-hookd.socket DESTINATION lib/systemd/system)
install(FILES systemd/sysusers.conf DESTINATION lib/sysusers.d RENAME colivara-hookd.conf)
install(FILES systemd/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME colivara-hookd.conf)
# The paths that the daemon and logrotate look at, whatever the prefix.
install(FILES config/colivara-hookd.toml DESTINATION /etc/colivara-hookd)
install(FILES packaging/logrotate DESTINATION /etc/logrotate.d RENAME colivara-hookd)
install(FILES ${made}/colivara-hookd.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/colivara-hookd.toml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
# The program prints its own completions.
foreach(shell bash zsh fish)
  add_custom_command(OUTPUT ${made}/colivara-hookd.${shell}
    COMMAND colivara-hookd completion ${shell} > ${made}/colivara-hookd.${shell} DEPENDS colivara-hookd VERBATIM)
  list(APPEND completions ${made}/colivara-hookd.${shell})
endforeach()
add_custom_target(completions ALL DEPENDS ${completions})
install(FILES ${made}/colivara-hookd.bash DESTINATION share/bash-completion/completions RENAME colivara-hookd)
install(FILES ${made}/colivara-hookd.zsh DESTINATION share/zsh/vendor-completions RENAME _colivara-hookd)
install(FILES ${made}/colivara-hookd.fish DESTINATION share/fish/vendor_completions.d)
install(FILES packaging/debian/copyright ${made}/changelog.gz ${made}/changelog.Debian.gz DESTINATION ${documents})
install(FILES docs/operations.md docs/behind-a-proxy.md docs/admin-api.md docs/glossary.md DESTINATION ${documents})
install(DIRECTORY config/monitoring config/proxy DESTINATION ${documents}/examples)
install(DIRECTORY config/hooks DESTINATION ${documents}/examples USE_SOURCE_PERMISSIONS)
install(PROGRAMS packaging/certbot-deploy-hook DESTINATION ${documents}/examples)
install(FILES packaging/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME colivara-hookd)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The colivara-hookd authors <maintainers@colivara-hookd.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "durable webhook receiver for ColiVara")
set(CPACK_PACKAGE_DESCRIPTION "Listens at the URL that is registered with ColiVara. It verifies each
event, writes it to disk before it responds, and delivers it to log files,
hooks, queue directories, HTTP servers or standard output, each with its
own retries and dead letters.")
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd (>= 252)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, logrotate")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/debian/${script})
endforeach()
include(CPack)
