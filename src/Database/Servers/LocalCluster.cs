namespace RlsChat.Database;

// A cluster that uses the installed PostgreSQL programs.
internal sealed class LocalCluster(PostgresBinaries binaries, string folder, bool isElsewhere, bool throwAway, string more) : Cluster
{
    // For temporary clusters, which a crash may destroy.
    private const string Unsafe =
        " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c autovacuum=off";

    // Possible locations of the library of pg_stat_statements, relative to the programs.
    private static readonly string[] StatementCounters =
    [
        "../lib/pg_stat_statements.so", "../lib/postgresql/pg_stat_statements.so", "../lib/pg_stat_statements.dylib",
        "../lib/postgresql/pg_stat_statements.dylib",
    ];

    // So that an operator only needs to create the extension (docs/operating.md). The program on PATH may be a link.
    private string Preload => StatementCounters.Any(file => File.Exists(Path.Combine(
            Path.GetDirectoryName(File.ResolveLinkTarget(binaries.Program("postgres"), returnFinalTarget: true)?.FullName) ?? binaries.Folder, file)))
        ? " -c shared_preload_libraries=pg_stat_statements"
        : "";

    private string Data => Path.Combine(folder, "cluster");

    private string Log => Path.Combine(folder, "server.log");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    public override string Description => $"PostgreSQL {binaries.Major} ({binaries.Folder})";

    public override bool IsElsewhere => isElsewhere;

    public override async Task<bool> Exists()
    {
        var version = Path.Combine(Data, "PG_VERSION");
        if (!File.Exists(version))
        {
            return false;
        }

        var major = (await File.ReadAllTextAsync(version)).Trim();
        return major == $"{binaries.Major}" ? true : throw new SetupException(
            $"{folder} was created by PostgreSQL {major}, but the programs found are of version {binaries.Major}: set "
                + $"RLSCHAT_POSTGRES_BIN to the folder of version {major}, or remove {folder} to start over.");
    }

    public override async Task Create(string superuserPassword)
    {
        // A killed attempt may have left an incomplete cluster.
        await Unprivileged.Run("rm", "-rf", Data);
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, superuserPassword);
        try
        {
            await Own(passwordFile);
            string[] durability = throwAway ? ["--no-sync"] : [];
            Check(await Unprivileged.Run([
                binaries.Program("initdb"), "-D", Data, "-U", "postgres", "--auth=scram-sha-256",
                $"--pwfile={passwordFile}", "--encoding=UTF8",
                OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C", .. durability]), "initdb");
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    public override async Task<int?> RunningPort()
    {
        await RemoveStalePidFile();
        if (!(await Unprivileged.Run(binaries.Program("pg_ctl"), "status", "-D", Data)).Succeeded)
        {
            return null;
        }

        // The fourth line of postmaster.pid, which the server writes when it listens.
        var lines = await File.ReadAllLinesAsync(PidFile);
        return lines.Length > 3 ? Number(lines[3]) : null;
    }

    public override async Task Start(int port)
    {
        // No socket: its permitted folder differs between machines, and loopback is enough.
        var options = $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            + " -c password_encryption=scram-sha-256" + Preload + (throwAway ? $"{Unsafe} {more}" : "");
        string[] start = [binaries.Program("pg_ctl"), "start", "-w", "-t", "60", "-D", Data, "-l", Log, "-o", options];
        var answer = await Unprivileged.Run(start);
        if (!answer.Succeeded)
        {
            // Sessions of a killed server hold its shared memory for a moment.
            await Task.Delay(1000);
            answer = await Unprivileged.Run(start);
        }

        if (!answer.Succeeded)
        {
            var log = File.Exists(Log) ? string.Join(Environment.NewLine, File.ReadLines(Log).TakeLast(5)) : "";
            throw new SetupException($"PostgreSQL did not start: {answer.Output}{Environment.NewLine}{log}");
        }
    }

    public override async Task Stop() =>
        Check(await Unprivileged.Run(
            binaries.Program("pg_ctl"), "stop", "-w", "-D", Data, "-m", throwAway ? "immediate" : "fast"), "pg_ctl stop");

    public override async Task Remove()
    {
        await Unprivileged.Run("rm", "-rf", Data, Log);
    }

    // Stops and removes a temporary server within a second after this process was killed.
    public void Watch()
    {
        var everything = Path.GetDirectoryName(folder);
        var stop = string.Join(' ', Unprivileged.Command(binaries.Program("pg_ctl"), "stop", "-D", Data, "-m", "immediate"));
        var watch = $"exec </dev/null >/dev/null 2>&1; trap '' INT; "
            + $"while kill -0 {Environment.ProcessId} && [ -d {folder} ]; do sleep 1; done; {stop}; rm -rf {everything}";
        System.Diagnostics.Process.Start("/bin/sh", ["-c", watch]);
    }

    // PostgreSQL takes any process of that number and user for its server: also one that is dead and
    // waits to be reaped, as happens in containers, and after a reboot another program.
    private async Task RemoveStalePidFile()
    {
        if (!File.Exists(PidFile))
        {
            return;
        }

        var process = $"/proc/{File.ReadLines(PidFile).First().Trim()}";
        if (!Directory.Exists("/proc/self"))
        {
            return;
        }

        var status = Path.Combine(process, "status");
        if (!File.Exists(status) || await File.ReadAllTextAsync(status) is var text
            && (!text.Contains("Name:\tpostgres", StringComparison.Ordinal) || text.Contains("State:\tZ", StringComparison.Ordinal)))
        {
            await Unprivileged.Run("rm", "-f", PidFile);
        }
    }

    private async Task Own(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.IsPrivilegedProcess)
        {
            await Tool.Run(["chown", $"--reference={folder}", file]);
        }
    }

    private static void Check(Tool.Answer answer, string program)
    {
        if (!answer.Succeeded)
        {
            throw new SetupException($"{program} failed: {answer.Output}");
        }
    }
}
