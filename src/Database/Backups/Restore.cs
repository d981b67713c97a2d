using Npgsql;

namespace RlsChat.Database;

/// <summary>
/// Restores a backup into an empty database, without a superuser: roles first, then everything else in one
/// transaction, then a comparison with what the backup's manifest says.
/// </summary>
public static class Restore
{
    /// <summary>Restores a backup.</summary>
    /// <param name="ownerConnectionString">The owner's connection to an empty database.</param>
    /// <param name="file">The backup.</param>
    /// <param name="options">Options.</param>
    /// <returns>The number of tables and rows.</returns>
    /// <exception cref="SetupException">It was refused, or the result differs from the backup.</exception>
    public static async Task<(int Tables, long Rows)> Run(string ownerConnectionString, string file, RestoreOptions options)
    {
        using var folder = new PrivateFolder();
        var dump = Path.Combine(folder.FullPath, "database.dump");
        var manifest = await BackupFile.Read(file, dump);
        var plan = new MigrationPlan(Script.Embedded, manifest.Migrations, all: false);

        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false, CommandTimeout = 0 };
        await using var connection = await Connections.OpenSession(settings.ConnectionString);
        await RefuseUnlessEmpty(connection);
        var archive = new DumpArchive(await Tools(connection, manifest), dump);
        Backup.Compare(await archive.Rows(), manifest.Rows);

        await UnfinishedRestore.Begin(connection, file);
        await MakeRoles(connection, manifest, options);
        await RestoreStream.Run(await Tools(connection, manifest), settings.At(connection), archive, manifest);
        await LoginPasswords.Set(connection, options.ApiPassword, options.AuthPassword, options.LivePassword, options.ExplainPassword);
        await Comparison.Refuse(connection, manifest, plan);
        await Reprint.Store(connection);
        await UnfinishedRestore.End(connection);

        // Major versions print definitions differently, so fingerprints are updated.
        if (connection.PostgreSqlVersion.Major != manifest.Server)
        {
            await Migrator.Run(ownerConnectionString, new MigrationOptions { All = true, Log = options.Log });
        }

        await Check(ownerConnectionString, manifest, plan, options);
        return (manifest.Rows.Count, manifest.Rows.Values.Sum());
    }

    private static async Task<ClientTools> Tools(NpgsqlConnection connection, Manifest manifest)
    {
        var server = connection.PostgreSqlVersion.Major;
        return server >= manifest.Server
            ? await ClientTools.ForRestore(Math.Min(manifest.Tools, server), server)
            : throw new SetupException(
                $"The backup is of PostgreSQL {manifest.Server} and this server is {server}: restore it into {manifest.Server} or later.");
    }

    private static async Task RefuseUnlessEmpty(NpgsqlConnection connection)
    {
        await UnfinishedRestore.Refuse(connection);
        if (await Inventory.Anything(connection) is { Count: > 0 } things)
        {
            throw new SetupException(
                $"The database {connection.Database} is not empty ({things[0]}"
                    + (things.Count > 1 ? $" and {things.Count - 1} more" : "")
                    + "), and nothing was restored: restore into a new one by NAME=…, or let POSTGRES_URL name one that is empty.");
        }
    }

    private static Task<bool> MakeRoles(NpgsqlConnection connection, Manifest manifest, RestoreOptions options) =>
        Migrator.Repeat(
            async () =>
            {
                await using var transaction = await connection.BeginTransactionAsync();
                await connection.Execute("set local client_min_messages = warning");
                foreach (var script in Script.Embedded.Where(script => script.Folder == "roles"))
                {
                    await ScriptExecution.Run(connection, script);
                }

                var logins = await SavedRoles.Make(connection, manifest.Roles);
                await transaction.CommitAsync();
                foreach (var login in logins)
                {
                    options.Log($"the login {login} was created without a password: alter role {login} password '…'");
                }

                return true;
            },
            CancellationToken.None);

    // Findings of the backup are expected, and those that the server or an
    // earlier version of db/ explains; no others.
    private static async Task Check(string owner, Manifest manifest, MigrationPlan plan, RestoreOptions options)
    {
        var findings = (await Checks.Run(owner)).Where(finding => !finding.IsNote).ToList();
        var known = findings.Where(finding => manifest.Findings.Contains(finding.ToString())
            || finding.Rule is "version" or "undescribed" or "server").ToList();
        foreach (var finding in known)
        {
            options.Log($"as in the backup: {finding}");
        }

        if (!plan.IsEmpty)
        {
            options.Log("the backup is of an earlier version of db/: run make db-migrate");
        }

        if (findings.Except(known).ToList() is { Count: > 0 } news)
        {
            throw new SetupException(
                "Everything was restored, but db-check has findings that the backup did not have:"
                + string.Concat(news.Select(finding => $"{Environment.NewLine}  {finding}")));
        }
    }
}
