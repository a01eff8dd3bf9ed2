# Completion of hosted-engine and its companions for bash. Made by `npm run docs`; do not edit.

__hosted_engine_answers() {
  printf '%s= ' OVEHOSTED_CORE/additionalHostReDeployment OVEHOSTED_CORE/checkRequirements OVEHOSTED_CORE/confirmSettings OVEHOSTED_CORE/cpuProceed OVEHOSTED_CORE/deployProceed OVEHOSTED_CORE/diskProceed OVEHOSTED_CORE/interruptedRun OVEHOSTED_CORE/isAdditionalHost OVEHOSTED_CORE/keepOnFailure OVEHOSTED_CORE/memoryProceed OVEHOSTED_CORE/screenProceed OVEHOSTED_CORE/tempDir OVEHOSTED_ENGINE/adminPassword OVEHOSTED_ENGINE/appHostName OVEHOSTED_ENGINE/caFingerprint OVEHOSTED_ENGINE/clusterName OVEHOSTED_ENGINE/engineSetupTimeout OVEHOSTED_FIRST_HOST/fetchAnswer OVEHOSTED_FIRST_HOST/fqdn OVEHOSTED_FIRST_HOST/hostKeyFingerprint OVEHOSTED_FIRST_HOST/rootPassword OVEHOSTED_FIRST_HOST/sshdPort OVEHOSTED_FIRST_HOST/trustHostKey OVEHOSTED_NETWORK/bridgeIf OVEHOSTED_NETWORK/bridgeName OVEHOSTED_NETWORK/firewallManager OVEHOSTED_NETWORK/fqdn OVEHOSTED_NETWORK/fqdnReverseValidation OVEHOSTED_NETWORK/gateway OVEHOSTED_NETWORK/host_name OVEHOSTED_NETWORK/network_test OVEHOSTED_NETWORK/network_test_targets OVEHOSTED_NETWORK/network_test_tcp_address OVEHOSTED_NETWORK/network_test_tcp_port OVEHOSTED_NETWORK/sshdPort OVEHOSTED_NOTIF/destEmail OVEHOSTED_NOTIF/smtpPort OVEHOSTED_NOTIF/smtpServer OVEHOSTED_NOTIF/sourceEmail OVEHOSTED_STORAGE/confImageUUID OVEHOSTED_STORAGE/confVolUUID OVEHOSTED_STORAGE/connectionUUID OVEHOSTED_STORAGE/domainType OVEHOSTED_STORAGE/hostID OVEHOSTED_STORAGE/imgDesc OVEHOSTED_STORAGE/imgSizeGB OVEHOSTED_STORAGE/imgUUID OVEHOSTED_STORAGE/lockspaceImageUUID OVEHOSTED_STORAGE/lockspaceVolumeUUID OVEHOSTED_STORAGE/metadataImageUUID OVEHOSTED_STORAGE/metadataVolumeUUID OVEHOSTED_STORAGE/mntOptions OVEHOSTED_STORAGE/sdUUID OVEHOSTED_STORAGE/spUUID OVEHOSTED_STORAGE/storageDatacenterName OVEHOSTED_STORAGE/storageDomainConnection OVEHOSTED_STORAGE/storageDomainName OVEHOSTED_STORAGE/unfinishedDomain OVEHOSTED_STORAGE/vfsType OVEHOSTED_STORAGE/volUUID OVEHOSTED_VDSM/allowEmulation OVEHOSTED_VDSM/consoleType OVEHOSTED_VDSM/cpu OVEHOSTED_VDSM/sanlockIoTimeout OVEHOSTED_VM/automateVMShutdown OVEHOSTED_VM/cdromUUID OVEHOSTED_VM/cloudInitISO OVEHOSTED_VM/cloudinitVMDNS OVEHOSTED_VM/cloudinitVMStaticCIDR OVEHOSTED_VM/consoleUUID OVEHOSTED_VM/emulatedMachine OVEHOSTED_VM/nicUUID OVEHOSTED_VM/ovfArchive OVEHOSTED_VM/vmBoot OVEHOSTED_VM/vmCDRom OVEHOSTED_VM/vmDiskImage OVEHOSTED_VM/vmMACAddr OVEHOSTED_VM/vmMemSizeMB OVEHOSTED_VM/vmUUID OVEHOSTED_VM/vmVCpus
}

# The options of a command.
__hosted_engine_options() {
  case $1 in
    --deploy) echo "--help --debug --config-append= --answer= --generate-answer= --check --list-questions" ;;
    --tui) echo "--help --debug" ;;
    --cleanup) echo "--help --debug --quiet --storage" ;;
    --vm-start) echo "--help --debug --vm-conf=" ;;
    --vm-start-paused) echo "--help --debug --vm-conf=" ;;
    --vm-shutdown) echo "--help --debug" ;;
    --vm-poweroff) echo "--help --debug" ;;
    --add-console-password) echo "--help --debug --password= " ;;
    --console) echo "--help --debug" ;;
    --vm-status) echo "--help --debug --json --watch --metadata=" ;;
    --explain) echo "--help --debug --last= --json" ;;
    --replay) echo "--help --debug --file= --json " ;;
    --set-maintenance) echo "--help --debug --mode= --force global local none" ;;
    --check-liveliness) echo "--help --debug" ;;
    --check-deployed) echo "--help --debug" ;;
    --connect-storage) echo "--help --debug" ;;
    --disconnect-storage) echo "--help --debug" ;;
  esac
}

# The values of an option of a command; FILE for the name of a file.
__hosted_engine_values() {
  case $1:$2 in
    --deploy:--config-append) echo FILE ;;
    --deploy:--answer) __hosted_engine_answers ;;
    --deploy:--generate-answer) echo FILE ;;
    --vm-start:--vm-conf) echo FILE ;;
    --vm-start-paused:--vm-conf) echo FILE ;;
    --add-console-password:--password) : ;;
    --vm-status:--metadata) echo FILE ;;
    --explain:--last) : ;;
    --replay:--file) echo FILE ;;
    --set-maintenance:--mode) echo "global local none" ;;
    --add-console-password:--add-console-password) : ;;
    --replay:--replay) echo FILE ;;
    --set-maintenance:--set-maintenance) echo "global local none" ;;
  esac
}

__hosted_engine() {
  local line words=() current option='' value command='' candidates
  COMPREPLY=()
  # What is before the cursor, split at blanks only: bash itself splits at "=" too.
  line=${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"$line"
  case $line in
    *[[:space:]]) current='' ;;
    *) current=${words[-1]}; unset 'words[-1]' ;;
  esac
  case ${words[0]##*/} in
    ovirt-hosted-engine-setup) command=--deploy ;;
    ovirt-hosted-engine-cleanup) command=--cleanup ;;
  esac
  [[ -z $command && ${#words[@]} -gt 1 ]] && command=${words[1]%%=*}
  value=$current
  if [[ $current == --*=* ]]; then
    option=${current%%=*}
    value=${current#*=}
  elif [[ $current != -* && ${#words[@]} -gt 1 && ${words[-1]} == --* && ${words[-1]} != *=* ]]; then
    option=${words[-1]}
  fi
  # The command itself may carry a value: --set-maintenance=global.
  [[ -z $command && -n $option ]] && command=$option
  candidates=$([[ -n $option ]] && __hosted_engine_values "$command" "$option")
  # What bash replaces is the part behind the "=", unless somebody has told it not to split there.
  local prefix=''
  [[ $current == --*=* && $COMP_WORDBREAKS != *=* ]] && prefix=$option=
  if [[ $candidates == FILE ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$value")
    return
  fi
  if [[ -z $candidates && $current != --*=* ]]; then
    value=$current
    if [[ -z $command ]]; then
      candidates='--help --deploy --tui --cleanup --vm-start --vm-start-paused --vm-shutdown --vm-poweroff --add-console-password --console --vm-status --explain --replay --set-maintenance --check-liveliness --check-deployed --connect-storage --disconnect-storage'
    else
      candidates=$(__hosted_engine_options "$command")
    fi
  fi
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$candidates" -- "$value")
  # What ends with "=" goes on.
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F __hosted_engine hosted-engine ovirt-hosted-engine-setup ovirt-hosted-engine-cleanup
