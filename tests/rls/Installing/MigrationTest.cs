using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>A test of migrations, with a database of its own.</summary>
public abstract class MigrationTest : IAsyncLifetime
{
    private protected const string SchemasOfOurs =
        "select count(*) from pg_namespace where nspname in ('auth', 'app_private', 'monitor', 'extensions')";

    private protected TestDatabase Database { get; private set; } = null!;

    private protected string Owner => Database.OwnerConnectionString;

    public async Task InitializeAsync() => Database = await Create(await TestServer.Shared);

    public async Task DisposeAsync() => await Database.DisposeAsync();

    private protected abstract Task<TestDatabase> Create(TestServer server);

    private protected Task<MigrationResult> Migrate(
        IReadOnlyList<Script>? scripts = null, bool dryRun = false, bool all = false, TimeSpan? lockWait = null)
    {
        var options = new MigrationOptions
        {
            Scripts = scripts ?? Script.Embedded,
            DryRun = dryRun,
            All = all,
            ApiPassword = Database.ApiPassword,
            AuthPassword = Database.AuthPassword,
            LivePassword = Database.LivePassword,
        };
        return Migrator.Run(Owner, lockWait is { } wait ? options with { LockWait = wait } : options);
    }

    private protected async Task<List<Finding>> Problems(IReadOnlyList<Script>? scripts = null) =>
        [.. (await Checks.Run(Owner, scripts ?? Script.Embedded)).Where(IsProblem)];

    private protected async Task<IEnumerable<string>> Undescribed(IReadOnlyList<Script>? scripts = null) =>
        (await Problems(scripts)).Where(finding => finding.Rule == "undescribed").Select(finding => finding.Subject);

    private protected static bool IsProblem(Finding finding) => !finding.IsNote && finding.Rule != "server";

    /// <summary>The files of this version, and these.</summary>
    private protected static Script[] With(params (string Name, string Sql)[] files) =>
        [.. Script.Embedded, .. files.Select(file => new Script(file.Name, file.Sql))];
}
