using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Database;

// The files of an embedded server: secrets and locks belong to whoever runs this program, and
// postgres/ to the user that the server runs as.
internal sealed class ServerFolder
{
    private const string Prefix = "rlschat-test-";

    public ServerFolder(string path, bool throwAway)
    {
        FullPath = Path.GetFullPath(path);
        IsThrowAway = throwAway;
        Directory.CreateDirectory(FullPath);
    }

    public string FullPath { get; }

    public bool IsThrowAway { get; }

    /// <summary>Options of a server that is thrown away.</summary>
    public string Options { get; private init; } = "";

    public string SecretsFile => Path.Combine(FullPath, "secrets.json");

    /// <summary>Held alone while the server is started or stopped.</summary>
    public string ChangeLock => Path.Combine(FullPath, "change.lock");

    /// <summary>Held by everyone who uses the server.</summary>
    public string UseLock => Path.Combine(FullPath, "use.lock");

    private string PortFile => Path.Combine(FullPath, "port");

    /// <summary>A new folder; what killed processes left is cleared away on the occasion.</summary>
    public static ServerFolder ThrowAway(string options)
    {
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*")
            .Where(folder => Directory.GetLastWriteTimeUtc(folder) < DateTime.UtcNow.AddDays(-1)))
        {
            try
            {
                Directory.Delete(left, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Someone else's.
            }
        }

        return new ServerFolder(Directory.CreateTempSubdirectory(Prefix).FullName, throwAway: true) { Options = options };
    }

    public async Task<Cluster> FindCluster()
    {
        if (await PostgresBinaries.Find() is { } binaries)
        {
            var (folder, isElsewhere) = await LocalFolder();
            var cluster = new LocalCluster(binaries, folder, isElsewhere, IsThrowAway, Options);
            if (IsThrowAway)
            {
                cluster.Watch();
            }

            return cluster;
        }

        if (await DockerCluster.Answers())
        {
            var image = Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_IMAGE") ?? "postgres:15-alpine";
            return new DockerCluster($"rlschat-{Digest()}", image);
        }

        throw new SetupException(
            "No PostgreSQL here: install PostgreSQL 15 or later (Debian: apt-get install postgresql; macOS: brew install "
                + "postgresql@15), or start Docker, or set POSTGRES_URL to a server's URL.");
    }

    /// <summary>The port of the last time, so that open tools find it again, unless someone took it meanwhile.</summary>
    public int RememberedPort() =>
        File.Exists(PortFile)
        && int.TryParse(File.ReadAllText(PortFile), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && Ports.IsFree(port)
            ? port
            : Ports.Free();

    public void RememberPort(int port) => File.WriteAllText(PortFile, $"{port}");

    // A checkout below /root is closed to the user that root hands the server to; then the cluster
    // itself stands elsewhere, behind a link.
    private async Task<(string Folder, bool IsElsewhere)> LocalFolder()
    {
        var inside = Path.Combine(FullPath, "postgres");
        if (IsThrowAway && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(FullPath, File.GetUnixFileMode(FullPath) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        if (await Unprivileged.MakeFolder(inside))
        {
            return (inside, false);
        }

        var outside = Path.Combine("/var/lib", $"rlschat-{Digest()}");
        if (!await Unprivileged.MakeFolder(outside))
        {
            throw new SetupException($"Neither {inside} nor {outside} can be reached by the user that runs the server.");
        }

        if (new DirectoryInfo(inside).LinkTarget is null)
        {
            Directory.Delete(inside);
            Directory.CreateSymbolicLink(inside, outside);
        }

        return (outside, true);
    }

    private string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FullPath)))[..12];
}
