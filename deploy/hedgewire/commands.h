// The subcommands of `hedgewire`, one file each. A command gets the arguments from its own name on
// (argv[0] is "run"), parses them itself and returns the process's exit code: 0 done, 1 the run found
// something wrong, 2 bad usage or input.
#pragma once

namespace hw::deploy {

int cmd_run(int argc, char** argv);
int cmd_check(int argc, char** argv);
int cmd_ctl(int argc, char** argv);
int cmd_decode(int argc, char** argv);
int cmd_fix_log(int argc, char** argv);
int cmd_price(int argc, char** argv);
int cmd_replay(int argc, char** argv);
int cmd_why(int argc, char** argv);

}  // namespace hw::deploy
