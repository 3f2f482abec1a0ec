cask "archestra-desktop" do
  arch arm: "aarch64", intel: "x64"

  version "@VERSION@"
  sha256 arm:   "@SHA256 Archestra_@VERSION@_aarch64.dmg@",
         intel: "@SHA256 Archestra_@VERSION@_x64.dmg@"

  url "@REPOSITORY@/releases/download/v#{version}/Archestra_#{version}_#{arch}.dmg"
  name "Archestra"
  desc "See and control what your AI agents call"
  homepage "@REPOSITORY@"

  depends_on macos: ">= :big_sur"

  app "Archestra.app"

  zap trash: [
    "~/Library/Application Support/ai.archestra.desktop",
    "~/Library/Application Support/archestra",
    "~/Library/Caches/ai.archestra.desktop",
    "~/Library/WebKit/ai.archestra.desktop",
  ]
end
