using System.Data;
using Npgsql;

namespace RlsChat.Database;

/// <summary>
/// Takes a backup: a dump as <c>rlschat_backup</c>, whose policies show every row, and a manifest of what
/// must exist after a restoration. Both use the same snapshot.
/// </summary>
public static class Backup
{
    /// <summary>Writes a backup of the owner's database.</summary>
    /// <param name="ownerConnectionString">The owner's connection.</param>
    /// <param name="file">The file to write; it must not exist.</param>
    /// <param name="cancellation">Cancels; no file remains.</param>
    /// <returns>The number of tables and rows.</returns>
    /// <exception cref="SetupException">The backup would be incomplete, or a program is missing.</exception>
    public static async Task<(int Tables, long Rows)> Take(
        string ownerConnectionString, string file, CancellationToken cancellation = default)
    {
        if (File.Exists(file))
        {
            throw new SetupException($"{file} exists; a backup does not overwrite files.");
        }

        var findings = await Checks.Run(ownerConnectionString);
        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false, CommandTimeout = 0 };
        await using var connection = await Connections.OpenSession(settings.ConnectionString, cancellation: cancellation);
        await UnfinishedRestore.Refuse(connection);
        var tools = await ClientTools.ForDump(connection.PostgreSqlVersion.Major);
        if (!await Catalog.TableExists(connection, "app_private", "migration"))
        {
            throw new SetupException($"The database {settings.Database} has never been migrated: there is nothing to back up.");
        }

        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await connection.Execute("set transaction read only");
        await connection.Execute("set local search_path = ''");
        if (await Inventory.Hidden(connection) is { Count: > 0 } hidden)
        {
            throw new SetupException(
                "No backup was taken, because rlschat_backup cannot see every row (make db-apply-functions heals it):"
                + string.Concat(hidden.Select(line => $"{Environment.NewLine}  {line}")));
        }

        var snapshot = await connection.Scalar<string>("select pg_export_snapshot()");
        var manifest = await Describe(connection, tools, findings);
        using var folder = new PrivateFolder(Path.GetDirectoryName(Path.GetFullPath(file)));
        var dump = Path.Combine(folder.FullPath, "database.dump");
        await Dump(tools, settings.At(connection), snapshot!, dump, cancellation);
        Compare(await new DumpArchive(tools, dump).Rows(), manifest.Rows);
        await BackupFile.Write(file, manifest, dump);
        return (manifest.Rows.Count, manifest.Rows.Values.Sum());
    }

    /// <summary>Rejects a dump whose row counts differ from those in the database.</summary>
    internal static void Compare(IReadOnlyDictionary<string, long> dumped, IReadOnlyDictionary<string, long> counted)
    {
        var differences = counted.Keys.Union(dumped.Keys).Order(StringComparer.Ordinal)
            .Where(table => !dumped.TryGetValue(table, out var held) || !counted.TryGetValue(table, out var rows) || held != rows)
            .Select(table => $"{Environment.NewLine}  {table}: "
                + $"{(dumped.TryGetValue(table, out var held) ? $"{held} rows" : "nothing")} in the dump, "
                + $"{(counted.TryGetValue(table, out var rows) ? $"{rows} rows" : "nothing")} when it was taken")
            .ToList();
        if (differences.Count > 0)
        {
            throw new SetupException($"The dump does not hold what it should:{string.Concat(differences)}");
        }
    }

    private static async Task<Manifest> Describe(
        NpgsqlConnection connection, ClientTools tools, IReadOnlyList<Finding> findings)
    {
        await connection.Execute("set local role rlschat_backup");
        var (rows, sequences) = (await Inventory.Rows(connection), await Inventory.Sequences(connection));
        await connection.Execute("set local role none");
        var migrations = await Journal.Read(connection);
        await connection.Execute("set local role rlschat_owner");
        return new Manifest
        {
            Format = Manifest.CurrentFormat,
            TakenAt = DateTime.UtcNow,
            Database = connection.Database,
            Server = connection.PostgreSqlVersion.Major,
            Tools = tools.Major,
            Migrations = migrations,
            Rows = rows,
            Sequences = sequences,
            Definitions = await Inventory.Definitions(connection),
            Roles = await SavedRoles.Read(connection),
            PublicGrants = await Inventory.PublicGrants(connection),
            Findings = [.. findings.Where(finding => !finding.IsNote).Select(finding => finding.ToString())],
        };
    }

    private static async Task Dump(
        ClientTools tools, NpgsqlConnectionStringBuilder settings, string snapshot, string file, CancellationToken cancellation)
    {
        using var process = tools.Start(
            "pg_dump",
            [
                "--format=custom", "--role=rlschat_backup", "--enable-row-security", "--no-password",
                "--lock-wait-timeout=60s", $"--snapshot={snapshot}", $"--file={file}",
            ],
            settings);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new SetupException($"pg_dump failed, and no backup was taken: {(await errors).Trim()}");
        }
    }
}
