#include "cli/coordination_flags.h"

#include <utility>

#include "cli/terminal.h"

namespace roster::cli {

absl::Status CoordinationFlags::Check() const {
  if (!name.empty() && !path.empty())
    return absl::InvalidArgumentError("say NAME or --path, one of them");
  if (!all() && !folder.empty())
    return absl::InvalidArgumentError(
        "--folder lists what is in it; leave out NAME and --path");
  if (count < 0)
    return absl::InvalidArgumentError("-n wants a number that is not negative");
  return absl::OkStatus();
}

absl::Status CoordinationFlags::CheckNamed() const {
  if (!all()) return absl::OkStatus();
  return absl::InvalidArgumentError("say which: NAME, or --path PATH");
}

CoordinationPart MakeCoordinationPart(CLI::App* app, CoordinationFlags& flags,
                                      const std::string& noun, Completer names,
                                      CoordinationPart::Do run) {
  CoordinationPart part{.run = run};
  part.command.app = app;
  CLI::Option* output = AddFormatOption(*app, flags.format, AllFormats());
  CLI::Option* name =
      app->add_option("NAME", flags.name, "The " + noun)->type_name("");
  app->add_option("--path", flags.path,
                  "The " + noun + " at this absolute path in ZooKeeper")
      ->type_name("PATH");
  part.command.completers[output] = Words(AllFormats());
  part.command.completers[name] = std::move(names);
  return part;
}

void AddShowFlags(CoordinationPart& part, CoordinationFlags& flags) {
  CLI::Option* cluster =
      part.command.app
          ->add_option("--cluster", flags.call.cluster, "In this cluster")
          ->type_name("NAME");
  part.command.app
      ->add_option("--folder", flags.folder,
                   "List this folder, not the cluster's own")
      ->type_name("PATH");
  part.command.completers[cluster] = ClusterNames();
}

void AddCoordinationChangeFlags(CoordinationPart& part,
                                CoordinationFlags& flags) {
  AddCallFlags(part.command, flags.call);
  AddRequestFlags(part.command, flags.call);
  AddYesFlag(part.command, flags.yes);
}

Command JoinParts(std::shared_ptr<CoordinationFlags> flags,
                  std::vector<CoordinationPart> parts) {
  Command command = parts.back().command;
  command.app->require_subcommand(0, 1);
  for (const CoordinationPart& part : parts)
    command.completers.insert(part.command.completers.begin(),
                              part.command.completers.end());
  command.run = [flags = std::move(flags), parts = std::move(parts)](
                    const Globals& globals) -> absl::Status {
    ROSTER_RETURN_IF_ERROR(flags->Check());
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    for (const CoordinationPart& part : parts)
      if (part.command.app->parsed())
        return part.run(*client, *flags, UseColor(globals.no_color));
    return absl::InternalError("no part of the command was chosen");
  };
  return command;
}

std::string DryRunLine(const CoordinationFlags& flags) {
  return flags.call.dry_run ? "dry run: nothing was changed\n" : "";
}

}  // namespace roster::cli
