"""Makes mihon.ipa: an iOS app with a program, a framework, resource bundles and privacy manifests."""

import plistlib
import struct
import zipfile

LC_SEGMENT_64, LC_DYSYMTAB, LC_LOAD_DYLIB, LC_ENCRYPTION_INFO_64 = 0x19, 0xB, 0xC, 0x2C


def program(libraries, classes, texts, encrypted=False):
    """A Mach-O program for 64-bit ARM with what the reader looks at, and nothing that would run."""
    names = b"\0".join(name.encode() for name in classes) + b"\0"
    body = names + b"\0".join(text.encode() for text in texts) + b"\0"

    def dylib(name):
        raw = name.encode() + b"\0"
        raw += b"\0" * (-len(raw) % 8)
        return struct.pack("<IIIIII", LC_LOAD_DYLIB, 24 + len(raw), 24, 2, 0x10000, 0x10000) + raw

    tail = struct.pack("<IIIII", LC_ENCRYPTION_INFO_64, 24, 0x1000, 0x1000, int(encrypted)) + b"\0" * 4
    tail += struct.pack("<II", LC_DYSYMTAB, 80) + b"\0" * 72
    tail += b"".join(dylib(name) for name in libraries)
    start = 32 + 72 + 80 + len(tail)
    segment = struct.pack("<II16sQQQQIIII", LC_SEGMENT_64, 152, b"__TEXT", 0, 0x4000, 0, start + len(body), 7, 5, 1, 0)
    section = struct.pack("<16s16sQQIIIIIIII", b"__objc_classname", b"__TEXT", start, len(names), start, 0, 0, 0, 0, 0, 0, 0)
    commands = segment + section + tail
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 3 + len(libraries), len(commands), 0x85, 0)
    return header + commands + body


def privacy(tracking, domains, collected, apis):
    return plistlib.dumps({
        "NSPrivacyTracking": tracking,
        "NSPrivacyTrackingDomains": domains,
        "NSPrivacyCollectedDataTypes": [
            {
                "NSPrivacyCollectedDataType": kind,
                "NSPrivacyCollectedDataTypeLinked": linked,
                "NSPrivacyCollectedDataTypeTracking": tracks,
                "NSPrivacyCollectedDataTypePurposes": purposes,
            }
            for kind, linked, tracks, purposes in collected
        ],
        "NSPrivacyAccessedAPITypes": [
            {"NSPrivacyAccessedAPIType": kind, "NSPrivacyAccessedAPITypeReasons": reasons} for kind, reasons in apis
        ],
    })


def bundle(identifier, version):
    return plistlib.dumps({"CFBundleIdentifier": identifier, "CFBundleShortVersionString": version}, fmt=plistlib.FMT_BINARY)


APP = "Payload/Mihon.app/"
FILES = {
    APP + "Info.plist": plistlib.dumps({
        "CFBundleIdentifier": "jp.example.mihon",
        "CFBundleDisplayName": "見本",
        "CFBundleShortVersionString": "1.4.2",
        "CFBundleVersion": "142",
        "CFBundleExecutable": "Mihon",
        "MinimumOSVersion": "15.0",
        "NSUserTrackingUsageDescription": "広告の表示に使います。",
        "NSLocationWhenInUseUsageDescription": "店舗の案内に使います。",
        "SKAdNetworkItems": [{"SKAdNetworkIdentifier": f"mihon{number}.skadnetwork"} for number in range(3)],
        "NSAppTransportSecurity": {
            "NSAllowsArbitraryLoads": True,
            "NSExceptionDomains": {"hirabun.keisoku.example.jp": {"NSExceptionAllowsInsecureHTTPLoads": True}, "mihon.example.jp": {}},
        },
        "LSApplicationQueriesSchemes": ["mihonpay"],
        "UIBackgroundModes": ["location"],
    }, fmt=plistlib.FMT_BINARY),
    APP + "Mihon": program(
        ["@rpath/Keisoku.framework/Keisoku", "/usr/lib/libSystem.B.dylib", "@rpath/MihonAds.framework/MihonAds"],
        ["_TtC5Mihon11AppDelegate", "_TtC10FumeiTrack7Session", "KSKManager"],
        ["https://api.mihon.example.jp/v1", "collect.keisoku.example.jp"],
    ),
    APP + "PrivacyInfo.xcprivacy": privacy(
        True, ["track.keisoku.example.jp"],
        [
            ("NSPrivacyCollectedDataTypeDeviceID", True, True,
             ["NSPrivacyCollectedDataTypePurposeThirdPartyAdvertising", "NSPrivacyCollectedDataTypePurposeAnalytics"]),
            ("NSPrivacyCollectedDataTypePreciseLocation", False, False, ["NSPrivacyCollectedDataTypePurposeAppFunctionality"]),
        ],
        [("NSPrivacyAccessedAPICategoryUserDefaults", ["CA92.1"])],
    ),
    APP + "Frameworks/Keisoku.framework/Info.plist": bundle("jp.example.keisoku", "2.0.1"),
    APP + "Frameworks/Keisoku.framework/Keisoku": program([], ["KSKSender"], ["https://log.keisoku.example.jp/"], encrypted=True),
    APP + "Frameworks/Keisoku.framework/PrivacyInfo.xcprivacy": privacy(
        False, [], [("NSPrivacyCollectedDataTypeProductInteraction", False, False,
                     ["NSPrivacyCollectedDataTypePurposeAnalytics"])], []),
    APP + "Shirazu_Privacy.bundle/Info.plist": bundle("jp.example.shirazu", "0.9"),
    APP + "Shirazu_Privacy.bundle/PrivacyInfo.xcprivacy": privacy(False, [], [], []),
    APP + "main.jsbundle": 'fetch("https://js.mihon.example.jp/api")'.encode(),
}

with zipfile.ZipFile("mihon.ipa", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, content in FILES.items():
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
