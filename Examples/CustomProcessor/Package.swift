// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // As Sluice itself: async functions stay on the event loop that calls them.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "custom-sluice",
    dependencies: [
        // Beside a checkout of this repository: .package(name: "sluice", path: "../sluice")
        .package(name: "sluice", path: "../.."),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "WordBudget",
            dependencies: [
                .product(name: "Sluice", package: "sluice"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "custom-sluice",
            dependencies: ["WordBudget", .product(name: "Sluice", package: "sluice")],
            swiftSettings: settings),
        .testTarget(
            name: "WordBudgetTests",
            dependencies: [
                "WordBudget",
                .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ],
            swiftSettings: settings),
    ]
)
