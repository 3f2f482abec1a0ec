class Archestra < Formula
  desc "LLM proxy, MCP gateway and admin UI for AI agents"
  homepage "@REPOSITORY@"
  url "@DOWNLOAD@/archestra-@VERSION@.tar.gz"
  sha256 "@SHA256 archestra-@VERSION@.tar.gz@"
  license "Apache-2.0"

  depends_on "cmake" => :build
  depends_on "node" => :build
  depends_on "rust" => :build
  depends_on "postgresql@18"

  def install
    cd "ui" do
      system "npm", "ci", "--no-audit", "--no-fund"
      system "npm", "run", "build"
    end
    system "cargo", "install", *std_cargo_args(path: "server/app")
    system bin/"archestra", "package-files", buildpath/"made"
    bash_completion.install "made/archestra.bash" => "archestra"
    zsh_completion.install "made/_archestra"
    fish_completion.install "made/archestra.fish"
    man1.install Dir["made/*.1"]
  end

  service do
    run [opt_bin/"archestra", "serve"]
    environment_variables ARCHESTRA_DATA_DIR:     var/"archestra",
                          ARCHESTRA_POSTGRES_DIR: Formula["postgresql@18"].opt_prefix
    keep_alive successful_exit: false
    log_path var/"log/archestra.log"
    error_log_path var/"log/archestra.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/archestra version")
    assert_match "ARCHESTRA_DATABASE_URL", shell_output("#{bin}/archestra config")
  end
end
