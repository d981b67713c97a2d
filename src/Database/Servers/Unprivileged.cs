namespace RlsChat.Database;

// PostgreSQL refuses to run as root, rightly. In a container we often are root; then the server's
// programs run as "postgres", or as "nobody" where there is no such user.
internal static class Unprivileged
{
    private static readonly (string Name, string User, string Group)? Account =
        Environment.IsPrivilegedProcess ? FindAccount() : null;

    /// <summary>The command as the user that the server's programs run as.</summary>
    public static IReadOnlyList<string> Command(params string[] command)
    {
        if (Account is not var (name, user, group))
        {
            return command;
        }

        return Tool.Find("setpriv") is not null
            ? ["setpriv", $"--reuid={user}", $"--regid={group}", "--clear-groups", "--", .. command]
            : ["runuser", "-u", name, "--", .. command];
    }

    /// <summary>Runs a command as that user.</summary>
    public static Task<Tool.Answer> Run(params string[] command) => Tool.Run(Command(command));

    /// <summary>Makes a folder that only that user may enter, and says whether that user can reach it.</summary>
    public static async Task<bool> MakeFolder(string folder)
    {
        Directory.CreateDirectory(
            folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Account is not var (_, user, group))
        {
            return true;
        }

        await Tool.Run(["chown", $"{user}:{group}", folder]);
        return (await Run("test", "-w", folder)).Succeeded;
    }

    private static (string, string, string) FindAccount()
    {
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(f => f.Length > 3).ToList();
        var account = accounts.FirstOrDefault(fields => fields[0] is "postgres")
            ?? accounts.FirstOrDefault(fields => fields[0] is "nobody")
            ?? throw new SetupException(
                "PostgreSQL cannot run as root, and this machine has neither a user postgres nor nobody: "
                    + "run as another user.");
        return (account[0], account[2], account[3]);
    }
}
