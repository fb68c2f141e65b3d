// swift-tools-version: 6.2

import PackageDescription

/// Every target is compiled alike: Swift 6 mode, async functions stay on the loop that calls them, imports say how far
/// they reach, and a warning is an error.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")

func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], linked: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linked)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "sluice",
    products: [
        .library(name: "Sluice", targets: ["Sluice"]),
        .library(name: "SluiceTesting", targets: ["SluiceTesting"]),
        .executable(name: "sluice", targets: ["sluice"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        .target(name: "CSluiceLinux"),
        .systemLibrary(
            name: "CSluiceCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CSluiceOpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CSluiceArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(
            name: "CSluiceOniguruma", pkgConfig: "oniguruma", providers: [.apt(["libonig-dev"])]),
        .systemLibrary(
            name: "CSluiceRedis", providers: [.apt(["libhiredis-dev"])]),
        .target(
            name: "CSluiceJSON",
            linkerSettings: [.linkedLibrary("simdjson")]
        ),

        // Its C file embeds what is excluded.
        .target(
            name: "CSluiceVocabularies",
            exclude: [
                "README.md", "character-classes.bin", "cl100k_base.bin", "o200k_base.bin",
                "p50k_base.bin",
            ]),
        library("SluiceFiles"),
        library(
            "SluiceTokens",
            ["SluiceFiles", "SluiceJSON", "CSluiceOniguruma", "CSluiceVocabularies"]),

        library("SluiceWire"),
        library("SluiceJSON", ["CSluiceJSON"]),
        library("SluiceCrypto", ["CSluiceOpenSSL", "CSluiceArgon2"]),
        library("SluiceConfig", ["SluiceCrypto", .product(name: "TOMLKit", package: "TOMLKit")]),
        library(
            "SluiceCore", ["SluiceWire", "SluiceJSON", "SluiceConfig", "SluiceCrypto", logging]),
        library("SluiceLoop", ["CSluiceLinux"]),
        library(
            "SluiceServer",
            [
                "SluiceCore", "SluiceFiles", "SluiceWire", "SluiceLoop", "CSluiceLinux",
                "CSluiceOpenSSL", logging,
            ]),
        library(
            "SluiceUpstream",
            ["SluiceCore", "SluiceWire", "SluiceLoop", "CSluiceCurl", "CSluiceLinux"]),
        library(
            "SluiceTelemetry", ["SluiceCore", "SluiceJSON", "CSluiceLinux", logging, metrics]),
        library("SluiceRedis", ["SluiceCore", "CSluiceRedis"]),
        library(
            "SluiceProcessors",
            [
                "SluiceCore", "SluiceJSON", "SluiceConfig", "SluiceCrypto", "SluiceTokens",
                "SluiceWire", logging,
            ]),
        library(
            "SluiceProviders",
            ["SluiceCore", "SluiceFiles", "SluiceJSON", "SluiceConfig", "SluiceWire", logging]),
        library(
            "Sluice",
            [
                "SluiceWire", "SluiceFiles", "SluiceJSON", "SluiceConfig", "SluiceCore",
                "SluiceLoop",
                "SluiceServer", "SluiceUpstream", "SluiceTelemetry",
                "SluiceProcessors", "SluiceProviders", "SluiceRedis", "SluiceTokens",
                "CSluiceLinux", logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            // Takes the place of the C library's malloc in every executable that links this.
            linked: [.linkedLibrary("mimalloc")]),
        .executableTarget(name: "sluice", dependencies: ["Sluice"], swiftSettings: settings),
        library("SluiceTesting", ["SluiceCore", "SluiceWire", logging]),

        .target(
            name: "SluiceTestSupport", dependencies: ["CSluiceOpenSSL"],
            path: "Tests/SluiceTestSupport", swiftSettings: settings),
        tests("SluiceTestSupportTests", ["SluiceTestSupport"]),
        tests(
            "SluiceTests",
            [
                "Sluice", "SluiceConfig", "SluiceCore", "SluiceJSON", "SluiceProcessors",
                "SluiceProviders", "SluiceServer", "SluiceTestSupport", "SluiceTesting",
                "SluiceTokens", "SluiceWire", logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests(
            "SluiceTokensTests",
            ["SluiceTokens", "SluiceCrypto", "SluiceJSON", "SluiceTestSupport"],
            exclude: ["Fixtures"]),
        // No product: scripts and tests in Python ask the tokenizers by it.
        .executableTarget(
            name: "SluiceTokensTool", dependencies: ["SluiceTokens"], path: "Tests/TokensTool",
            swiftSettings: settings),
        tests("SluiceWireTests", ["SluiceWire"]),
        tests("SluiceCryptoTests", ["SluiceCrypto"]),
        tests("SluiceJSONTests", ["SluiceJSON", "SluiceTestSupport"]),
        tests(
            "SluiceCoreTests",
            [
                "SluiceCore", "SluiceCrypto", "SluiceTesting", "SluiceProviders", "SluiceWire",
                "SluiceJSON", "SluiceLoop", "SluiceConfig", "SluiceTestSupport", logging,
            ]),
        tests(
            "SluiceServerTests",
            [
                "SluiceServer", "SluiceLoop", "SluiceCore", "SluiceWire", "SluiceProviders",
                "SluiceUpstream", "SluiceTestSupport", "SluiceTesting", "CSluiceLinux", logging,
            ]),
        tests("SluiceConfigTests", ["SluiceConfig"]),
        tests(
            "SluiceTelemetryTests",
            ["SluiceTelemetry", "SluiceCore", "SluiceJSON", logging, metrics]),
        tests(
            "SluiceProcessorsTests",
            [
                "SluiceProcessors", "SluiceCore", "SluiceConfig", "SluiceJSON", "SluiceProviders",
                "SluiceTestSupport", "SluiceTesting", "SluiceTokens", "SluiceWire", logging,
            ]),
        tests(
            "SluiceProvidersTests",
            ["SluiceProviders", "SluiceCore", "SluiceConfig", "SluiceJSON", "SluiceWire", logging]),
        tests("SluiceRedisTests", ["SluiceRedis", "SluiceCore"]),
        tests("SluiceLoopTests", ["SluiceLoop"]),
        tests(
            "SluiceUpstreamTests",
            ["SluiceUpstream", "SluiceCore", "SluiceLoop", "SluiceWire", "CSluiceLinux"]),
    ],
    cxxLanguageStandard: .cxx17
)

// Its executable is built with all code instrumented, so scripts/fuzz has a build of its own and asks for it there.
if Context.environment["SLUICE_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "SluiceFuzzing",
            dependencies: [
                "Sluice", "SluiceConfig", "SluiceCore", "SluiceJSON", "SluiceProviders",
                "SluiceTestSupport", "SluiceTokens", "SluiceUpstream", "SluiceWire", "CSluiceJSON",
            ],
            path: "Tests/Fuzzing", exclude: ["Seeds", "Dictionaries"], swiftSettings: settings))
}
