#!/bin/sh
# Writes sample files of an access provider into a folder, dated yesterday, so that they are within their period
# whenever this is run. Every person, account, device and document is invented.
set -eu

folder=${1:?usage: make-sample.sh FOLDER}
mkdir -p "$folder"
yesterday=$(TZ=Asia/Tokyo date -d yesterday +%Y-%m-%d)
before=$(TZ=Asia/Tokyo date -d '2 days ago' +%Y-%m-%d)

# A FreeRADIUS `detail` block: STATUS USER ADDRESS SESSION TIME SECONDS
detail() {
    epoch=$(date -d "$5" +%s)
    printf '%s\n' "$(TZ=Asia/Tokyo LC_ALL=C date -d "@$epoch" '+%a %b %e %H:%M:%S %Y')"
    printf '\tAcct-Status-Type = %s\n\tUser-Name = "%s"\n\tNAS-IP-Address = 192.0.2.1\n' "$1" "$2"
    printf '\tAcct-Session-Id = "%s"\n\tFramed-IP-Address = %s\n\tAcct-Session-Time = %s\n' "$4" "$3" "$6"
    printf '\tCalling-Station-Id = "00-00-5E-00-53-%s"\n\tTimestamp = %s\n\n' "${4#??}" "$epoch"
}

# One day of RADIUS accounting. 203.0.113.7 is given to two users, one after the other.
{
    detail Start mihon.hanako@hikari.example 203.0.113.7 S001 "${yesterday}T08:00:00+09:00" 0
    detail Start kakuu.taro@hikari.example 203.0.113.8 S002 "${yesterday}T08:30:00+09:00" 0
    detail Stop mihon.hanako@hikari.example 203.0.113.7 S001 "${yesterday}T12:00:00+09:00" 14400
    detail Start rei.jiro@hikari.example 203.0.113.7 S003 "${yesterday}T12:05:00+09:00" 0
    detail Stop kakuu.taro@hikari.example 203.0.113.8 S002 "${yesterday}T18:30:00+09:00" 36000
    detail Stop rei.jiro@hikari.example 203.0.113.7 S003 "${yesterday}T21:05:00+09:00" 32400
} > "$folder/detail"

# The day before, on the test line, whose records are kept for a week only.
{
    detail Start kensa@test.example 203.0.113.200 T001 "${before}T10:00:00+09:00" 0
    detail Stop kensa@test.example 203.0.113.200 T001 "${before}T10:10:00+09:00" 600
} > "$folder/detail-test-line"

# Port blocks of a carrier-grade NAT (Juniper): EVENT INSIDE FIRST LAST TIME
block() {
    printf '<14>1 %s cgn-1 RT_NAT - RT_SRC_NAT_PBA_%s [junos@2636.1.1.1.2.129 internal-ip="%s" block-used="1" ' \
        "$5" "$1" "$2"
    printf 'block-max-per-host="4" block-port-low="%s" block-port-high="%s" reflexive-ip="198.51.100.9" ' "$3" "$4"
    printf 'nat-pool-name="shared" logical-system-id="0" epoch-time-64="%x"]\n' "$(date -d "$5" +%s)"
}
{
    block ALLOC 100.64.0.10 1024 1535 "${yesterday}T09:00:00+09:00"
    block ALLOC 100.64.0.11 1536 2047 "${yesterday}T09:10:00+09:00"
    block RELEASE 100.64.0.10 1024 1535 "${yesterday}T11:00:00+09:00"
    block RELEASE 100.64.0.11 1536 2047 "${yesterday}T22:00:00+09:00"
    echo "<14>1 ${yesterday}T22:01:00+09:00 cgn-1 RT_NAT - RT_SRC_NAT_PBA_ALLOC [a line that was cut"
} > "$folder/cgn.log"

# Port blocks of another device, as a table.
{
    echo 'public_ip,port_start,port_end,inside_ip,start,end'
    echo "198.51.100.10,1024,2047,100.64.1.5,${yesterday}T07:00:00+09:00,${yesterday}T19:00:00+09:00"
    echo "198.51.100.10,2048,3071,100.64.1.6,${yesterday}T07:30:00+09:00,${yesterday}T19:30:00+09:00"
} > "$folder/blocks.csv"

# What somebody showed: their SHA-256 goes into the request, not they themselves.
echo "差押許可状（見本）${yesterday} 203.0.113.7 の利用者" > "$folder/warrant.txt"
echo "捜査関係事項照会書（見本）${yesterday} 203.0.113.7 の利用者" > "$folder/inquiry.txt"
echo "保全要請書（見本）${yesterday} 203.0.113.7 の利用者" > "$folder/preservation.txt"
echo "$yesterday"
