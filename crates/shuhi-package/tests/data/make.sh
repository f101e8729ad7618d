#!/bin/sh
# Makes the packages that the tests read. Needs Debian's aapt, apksigner, libsmali-java, android-framework-res, zip and a JDK.
# The results are committed; run it again only when a source changes, since signing makes other bytes each time.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
framework=/usr/share/android-framework-res/framework-res.apk
keytool -genkeypair -keystore "$work/key.jks" -storepass mihonmihon -alias mihon -keyalg EC -groupname secp256r1 \
    -validity 20000 -dname 'CN=Mihon Developer, O=Mihon K.K., C=JP' 2>/dev/null
sign() { apksigner sign --ks "$work/key.jks" --ks-pass pass:mihonmihon "$@"; }

smali assemble -a 21 -o "$work/classes.dex" source/base/smali
smali assemble -a 28 -o "$work/classes2.dex" source/base/smali2
smali assemble -a 24 -o "$work/nested.dex" source/nested
smali assemble -a 26 -o "$work/renamed.dex" source/renamed/smali

# One app as APK, with a split for Japanese.
aapt2 compile --dir source/base/res -o "$work/res.zip"
aapt2 link --warn-manifest-validation -I "$framework" --manifest source/base/AndroidManifest.xml -o "$work/base.apk" "$work/res.zip"
mkdir -p "$work/tree/META-INF" "$work/tree/assets" "$work/tree/lib/arm64-v8a"
cp "$work/classes.dex" "$work/classes2.dex" "$work/tree/"
cp source/base/meta/*.version "$work/tree/META-INF/"
cp source/base/meta/*.properties "$work/tree/"
cp source/base/assets/* "$work/tree/assets/"
cp "$work/nested.dex" "$work/nested/classes.dex" 2>/dev/null || { mkdir "$work/nested"; cp "$work/nested.dex" "$work/nested/classes.dex"; }
(cd "$work/nested" && zip -q -X "$work/tree/assets/inner.jar" classes.dex)
printf '\177ELF\002\001\001\000\000\000native.mihon.example.jp\000https://so.mihon.example.jp/x\000' >"$work/tree/lib/arm64-v8a/libmihon.so"
(cd "$work/tree" && zip -q -X -r "$work/base.apk" .)
sign --v1-signing-enabled true --v2-signing-enabled true --v3-signing-enabled true --out base.apk "$work/base.apk"
aapt2 link --warn-manifest-validation -I "$framework" --manifest source/base/split.xml -o "$work/split.apk"
sign --min-sdk-version 24 --out split_config.ja.apk "$work/split.apk"
rm -f ./*.idsig

# The same app as App Bundle: what `aapt2` makes for bundles, laid out as bundles are.
aapt2 link --warn-manifest-validation --proto-format -I "$framework" --manifest source/base/AndroidManifest.xml -o "$work/proto.apk" "$work/res.zip"
mkdir -p "$work/aab/base/manifest" "$work/aab/base/dex" && (cd "$work/aab/base" && unzip -q "$work/proto.apk")
mv "$work/aab/base/AndroidManifest.xml" "$work/aab/base/manifest/"
cp "$work/classes.dex" "$work/classes2.dex" "$work/aab/base/dex/"
: >"$work/aab/BundleConfig.pb"
rm -f mihon.aab && (cd "$work/aab" && zip -q -X -r "$OLDPWD/mihon.aab" .)

# An app whose names were made meaningless.
aapt2 link --warn-manifest-validation -I "$framework" --manifest source/renamed/AndroidManifest.xml -o "$work/renamed.apk"
cp "$work/renamed.dex" "$work/nested/classes.dex" && (cd "$work/nested" && zip -q -X "$work/renamed.apk" classes.dex)
sign --min-sdk-version 24 --out renamed.apk "$work/renamed.apk"
rm -f ./*.idsig

python3 source/make_ipa.py
# hermes-84.hbc and hermes-99.hbc are source/hermes.js, compiled with `hermesc -emit-binary` of the npm packages
# hermes-engine 0.11.0 and hermes-compiler 260318099.0.8.
ls -l
