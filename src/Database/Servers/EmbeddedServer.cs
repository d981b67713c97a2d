using Npgsql;

namespace RlsChat.Database;

/// <summary>
/// A private PostgreSQL server on loopback, for development and tests: started when it is needed, kept in a
/// folder, and stopped by the last process that uses it.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    /// <summary>The database that it holds.</summary>
    public const string Database = "rlschat";

    /// <summary>The login that owns this database; it may create roles and databases but is not a superuser.</summary>
    public const string OwnerLogin = "rlschat_installer";

    private readonly ServerFolder folder;
    private readonly Cluster cluster;
    private FileLock? use;

    private EmbeddedServer(ServerFolder folder, Cluster cluster, FileLock use, Secrets secrets, int port)
    {
        (this.folder, this.cluster, this.use) = (folder, cluster, use);
        (Secrets, Port) = (secrets, port);
    }

    /// <summary>The passwords and keys that were generated for it.</summary>
    public Secrets Secrets { get; }

    /// <summary>The loopback port that it listens on.</summary>
    public int Port { get; }

    /// <summary>The kind of server, for messages.</summary>
    public string Description => cluster.Description;

    /// <summary>The owner's connection to the database, for migrations.</summary>
    public string OwnerConnectionString => ConnectionString(OwnerLogin, Secrets.Installer);

    /// <summary>The superuser's connection, for tightening the server and for tests.</summary>
    public string SuperuserConnectionString => ConnectionString("postgres", Secrets.Superuser);

    /// <summary>Starts the server of a folder, or joins the processes that use it already.</summary>
    /// <param name="directory">The folder of its files and secrets.</param>
    public static Task<EmbeddedServer> Start(string directory = ".data") => Start(new ServerFolder(directory, throwAway: false));

    /// <summary>
    /// Starts a server in a new folder under the temporary one, without fsync. It is removed when it is
    /// disposed, or soon after this process dies.
    /// </summary>
    /// <param name="options">Further options of <c>postgres</c>, as <c>-c shared_buffers=1GB</c>; not of a container.</param>
    public static Task<EmbeddedServer> StartThrowAway(string options = "") => Start(ServerFolder.ThrowAway(options));

    /// <summary>A login's connection string for a database of this server.</summary>
    public string ConnectionString(string login, string password, string database = Database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Database = database,
            Username = login,
            Password = password,
        }.ConnectionString;

    /// <summary>
    /// Runs <c>db/superuser/tighten.sql</c>, which the owner's login may not do. On other servers
    /// <c>db-check</c> lists what is not tightened.
    /// </summary>
    /// <param name="superuserConnectionString">A superuser's connection to the migrated database.</param>
    public static Task Tighten(string superuserConnectionString) => Tightening.Run(superuserConnectionString);

    /// <summary>True when a Docker daemon answers within a few seconds.</summary>
    public static Task<bool> DockerAnswers() => DockerCluster.Answers();

    /// <summary>Stops using the server; the last one to do so stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (use is null)
        {
            return;
        }

        using var change = await FileLock.Alone(folder.ChangeLock);
        use.Dispose();
        use = null;
        using var alone = FileLock.TryAlone(folder.UseLock);
        if (alone is null)
        {
            return;
        }

        NpgsqlConnection.ClearAllPools();
        await cluster.Stop();
        if (folder.IsThrowAway)
        {
            await cluster.Remove();
            Directory.Delete(folder.FullPath, recursive: true);
        }
    }

    // A person who removed the folder to start over could not see files outside it.
    private static async Task BeginAnew(ServerFolder folder, Cluster cluster)
    {
        if (!cluster.IsElsewhere)
        {
            throw new SetupException(
                $"{folder.SecretsFile} is gone, and with it the passwords of the database beside it: restore it, or remove "
                    + $"{folder.FullPath} to start over.");
        }

        if (await cluster.RunningPort() is not null)
        {
            await cluster.Stop();
        }

        await cluster.Remove();
    }

    private static async Task<EmbeddedServer> Start(ServerFolder folder)
    {
        using var change = await FileLock.Alone(folder.ChangeLock);
        var cluster = await folder.FindCluster();
        var exists = await cluster.Exists();
        if (exists && !File.Exists(folder.SecretsFile))
        {
            await BeginAnew(folder, cluster);
            exists = false;
        }

        var secrets = Secrets.Keep(folder.SecretsFile);
        if (!exists)
        {
            await cluster.Create(secrets.Superuser);
        }

        if (await cluster.RunningPort() is not { } port)
        {
            await cluster.Start(folder.RememberedPort());
            port = await cluster.RunningPort() ?? throw new SetupException($"{cluster.Description} stopped immediately.");
            folder.RememberPort(port);
        }

        var server = new EmbeddedServer(folder, cluster, FileLock.TryShared(folder.UseLock)!, secrets, port);
        try
        {
            await FirstDatabase.Make(server);
        }
        catch
        {
            change.Dispose();
            await server.DisposeAsync();
            throw;
        }

        return server;
    }
}
