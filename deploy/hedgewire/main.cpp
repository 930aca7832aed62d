// hedgewire: one program, one subcommand a job. This file knows only their names.
#include <array>
#include <cstdio>
#include <string_view>

#include "core/build_id.h"
#include "deploy/hedgewire/commands.h"

namespace {

using namespace hw::deploy;

struct Command {
    std::string_view name;
    int (*run)(int argc, char** argv);
};

constexpr std::array kCommands{
    Command{"run", cmd_run},         Command{"check", cmd_check}, Command{"ctl", cmd_ctl},
    Command{"decode", cmd_decode},   Command{"price", cmd_price}, Command{"replay", cmd_replay},
    Command{"fix-log", cmd_fix_log}, Command{"why", cmd_why},
};

constexpr const char* kHelp =
    R"(hedgewire keeps an options book delta-neutral from inside the exchange's building.

usage: hedgewire COMMAND [options]      (hedgewire COMMAND --help tells them all)

  run      hedge: packets in, FIX orders out, until stopped
             hedgewire run --config deploy/config/deribit.toml --positions book.csv
           the same on a recorded day, orders on paper
             hedgewire run --config deploy/config/capture.toml --in day.pcapng --json out.json
  check    validate a configuration; print what it comes to, or FILE:line:col and what is wrong
             hedgewire check --config deploy/config/deribit.toml
  ctl      talk to a running hedger
             hedgewire ctl --socket /run/hedgewire/control.sock status
             hedgewire ctl --socket /run/hedgewire/control.sock kill
  decode   a capture as JSON, one message a line, or counted
             hedgewire decode --feed deribit --in day.pcapng --summary      (or --feed starbase)
  price    prices and Greeks for a CSV of options
             hedgewire price --in options.csv
  replay   run a journal again and compare every action
             hedgewire replay --journal journal
  why      for each order of a journal: why it was sent, and what became of it
             hedgewire why --journal journal --last 3
  fix-log  what the order session said and heard, readably; also while the hedger runs
             hedgewire fix-log --store /var/lib/hedgewire/fix --type D,8

  --version  the version and the commit it was built from
  --help     this

Results go to stdout, words to stderr. Exit codes: 0 done, 1 the run found something wrong, 2 bad usage or input.
)";

int print_version() {
    const std::string_view build = hw::build_id();
    std::printf("hedgewire %.*s\n", static_cast<int>(build.size()), build.data());
    return 0;
}

int unknown_command(std::string_view name) {
    std::fprintf(stderr, "hedgewire: there is no command '%.*s'; hedgewire --help lists them\n",
                 static_cast<int>(name.size()), name.data());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs(kHelp, stderr);
        return 2;
    }
    const std::string_view name = argv[1];
    if (name == "--version") return print_version();
    if (name == "--help" || name == "-h" || name == "help") {
        std::fputs(kHelp, stdout);
        return 0;
    }
    for (const auto& command : kCommands)
        if (command.name == name) return command.run(argc - 1, argv + 1);
    return unknown_command(name);
}
