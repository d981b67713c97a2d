using System.Diagnostics;
using System.Formats.Tar;
using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>A backup holds everything or is not taken; a restoration is complete or says that it is not.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class BackupTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlschat-backup-").FullName;
    private TestDatabase database = null!;

    private string BackupFile => Path.Combine(folder, "backup.tar");

    public async Task InitializeAsync()
    {
        NotRunException.UnlessPgDump();
        database = await (await TestServer.Shared).CreateDatabase();
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_world_arrives_whole_on_another_server()
    {
        var world = await FullWorld.Make(database);
        var login = $"backed_up_{Guid.NewGuid():N}"[..20];
        await database.OwnerConnectionString.Do(
            $"create role {login} login noinherit connection limit 3", $"alter role {login} set statement_timeout = '7s'",
            $"comment on role {login} is 'somebody''s'", $"grant identity_setter, regular_user to {login}");
        try
        {
            var before = await FullWorld.Content(database);
            Assert.All(before, table => Assert.False(table.EndsWith(" 0", StringComparison.Ordinal), table));
            var (tables, rows) = await Backup.Take(database.OwnerConnectionString, BackupFile);
            Assert.Equal(before.Count, tables);
            Assert.Equal(before.Sum(table => long.Parse(table.Split(' ')[^2], null)), rows);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BackupFile));

            await using var another = await TestServer.Start();
            await using var restored = await another.CreateEmptyDatabase();
            var result = await Restore.Run(restored.OwnerConnectionString, BackupFile, Passwords(restored));

            Assert.Equal((tables, rows), result);
            Assert.Equal(before, await FullWorld.Content(restored));
            Assert.DoesNotContain(await Checks.Run(restored.OwnerConnectionString), finding => !finding.IsNote && finding.Rule != "server");
            Assert.Equal("true false 3 {statement_timeout=7s} somebody's {identity_setter,regular_user}", await restored.OwnerConnectionString.Ask<string>(
                $"""
                select concat_ws(' ', rolcanlogin::text, rolinherit::text, rolconnlimit, rolconfig::text, shobj_description(oid, 'pg_authid'),
                  array(select roleid::regrole::text from pg_auth_members where member = r.oid order by 1)::text)
                from pg_roles r where rolname = '{login}'
                """));
            await PoliciesHold(restored, world);
            Assert.True((await Migrator.Run(restored.OwnerConnectionString, new MigrationOptions())).IsNothing);
        }
        finally
        {
            await database.OwnerConnectionString.Do($"drop role {login}");
        }
    }

    // The member of Acme sees its chat, the outsider does not; the next numbers are free; both logins get in.
    private static async Task PoliciesHold(TestDatabase restored, World world)
    {
        await using var owner = NpgsqlDataSource.Create(restored.OwnerConnectionString);
        await using var connection = await owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, world);
        await db.As("member");
        Assert.Equal(["of Acme: ü, \\N, a\ttab and\na second line"], await db.List("""select "title" from public."Chat" """));
        Assert.Equal(Outcome.Yes, await db.Try("""insert into public."Chat" ("title") values ('mine')"""));
        await db.As("outsider");
        Assert.Empty(await db.List("""select "title" from public."Chat" """));
        Assert.Equal(Outcome.Denied, await db.Try("""update public."Chat" set "userId" = [outsider]"""));
        await db.AsRole("sign_in_definer");
        await db.Do("select auth.sign_up('new@test', 'hash')");
        await db.As("operator");
        await db.Do("select public.grant_credits([owner], 5, 'again')");
        foreach (var (login, sql) in new[] { (restored.ApiConnectionString, "set role anonymous"), (restored.AuthConnectionString, "select * from auth.purge()") })
        {
            await login.Do(sql);
        }
    }

    [Theory]
    [InlineData("""drop policy select_backup on public."Chat" """, """public."Chat" has no policy that shows it every row""")]
    [InlineData("""alter policy select_backup on public."Chat" using ("visibility" = 'public')""", """public."Chat" has no policy that shows it every row""")]
    [InlineData("""create policy narrow on public."Chat" as restrictive for select to public using (false)""", """public."Chat" has a restrictive policy""")]
    [InlineData("""revoke select on public."Chat" from rlschat_backup""", """public."Chat" is not readable by it""")]
    [InlineData("""create table app_private.loose (); revoke select on app_private.loose from rlschat_backup""", "app_private.loose is not readable by it")]
    [InlineData("""create schema apart; create table apart.loose ()""", "apart.loose is not readable by it")]
    public async Task A_table_that_a_dump_would_lack(string damage, string why)
    {
        await database.OwnerConnectionString.DoAsOwner(damage);

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Backup.Take(database.OwnerConnectionString, BackupFile));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Theory]
    [InlineData("--exclude-table-data=public.\"Role\"", "public.\"Role\": ")]
    [InlineData("--exclude-table=public.\"Quota\"", "public.\"Quota\": nothing in the dump")]
    public async Task A_dump_that_lacks_rows_is_refused(string exclude, string why)
    {
        await Backup.Take(database.OwnerConnectionString, BackupFile);
        var dump = Path.Combine(folder, "database.dump");
        var settings = new NpgsqlConnectionStringBuilder(database.OwnerConnectionString);
        var start = new ProcessStartInfo("pg_dump", [
            "--format=custom", "--role=rlschat_backup", "--enable-row-security", exclude, $"--file={dump}",
            "-h", settings.Host!, "-p", $"{settings.Port}", "-U", settings.Username!, settings.Database!]);
        start.Environment["PGPASSWORD"] = settings.Password;
        using (var process = Process.Start(start)!)
        {
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }

        await Exchange("database.dump", dump);
        await using var empty = await (await TestServer.Shared).CreateEmptyDatabase();
        var refusal = await Assert.ThrowsAsync<SetupException>(() => Restore.Run(empty.OwnerConnectionString, BackupFile, new RestoreOptions()));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await empty.OwnerConnectionString.Ask<long>("select count(*) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"));
    }

    [Fact]
    public async Task A_damaged_dump_is_refused()
    {
        await Backup.Take(database.OwnerConnectionString, BackupFile);
        var half = Path.Combine(folder, "half");
        await using (var tar = new TarReader(File.OpenRead(BackupFile)))
        {
            while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
            {
                if (entry.Name == "database.dump")
                {
                    var bytes = new byte[entry.Length];
                    await entry.DataStream!.ReadExactlyAsync(bytes);
                    await File.WriteAllBytesAsync(half, bytes[..(bytes.Length / 2)]);
                }
            }
        }

        await Exchange("database.dump", half);
        await using var empty = await (await TestServer.Shared).CreateEmptyDatabase();
        await Assert.ThrowsAsync<SetupException>(() => Restore.Run(empty.OwnerConnectionString, BackupFile, new RestoreOptions()));
        Assert.False(await empty.OwnerConnectionString.Ask<bool>("select to_regnamespace('auth') is not null"));
    }

    [Theory]
    [InlineData("create table public.precious (word text)", "public.precious")]
    [InlineData("create schema precious", "schema precious")]
    [InlineData("create function public.precious() returns int language sql as 'select 1'", "precious()")]
    public async Task Into_a_database_that_holds_something(string something, string name)
    {
        await Backup.Take(database.OwnerConnectionString, BackupFile);
        await using var other = await (await TestServer.Shared).CreateEmptyDatabase();
        await other.OwnerConnectionString.Do(something);

        var refused = await DatabaseCommand.Run(other.OwnerConnectionString, "restore", BackupFile);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"is not empty ({name}", refused.Output, StringComparison.Ordinal);
        Assert.False(await other.OwnerConnectionString.Ask<bool>("select to_regnamespace('auth') is not null"));
    }

    [Fact]
    public async Task A_killed_restoration_says_so()
    {
        await Backup.Take(database.OwnerConnectionString, BackupFile);
        await using var target = await (await TestServer.Shared).CreateEmptyDatabase();
        using (var process = DatabaseCommand.Start(target.OwnerConnectionString, "restore", BackupFile))
        {
            while (!await target.OwnerConnectionString.Ask<bool>("select to_regnamespace('restore_unfinished') is not null"))
            {
                Assert.False(process.HasExited);
            }

            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        var finding = Assert.Single(await Checks.Run(target.OwnerConnectionString));
        Assert.Equal("restore", finding.Rule);
        Assert.Contains("was being restored from backup.tar", finding.Problem, StringComparison.Ordinal);
        foreach (var act in new Func<Task>[]
        {
            () => Restore.Run(target.OwnerConnectionString, BackupFile, new RestoreOptions()),
            () => Migrator.Run(target.OwnerConnectionString, new MigrationOptions()),
            () => Backup.Take(target.OwnerConnectionString, Path.Combine(folder, "another.tar")),
        })
        {
            var refusal = await Assert.ThrowsAsync<SetupException>(act);
            Assert.Contains("not to the end", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Programs_older_than_the_server_are_named()
    {
        foreach (var program in new[] { "pg_dump", "pg_restore", "psql" })
        {
            var file = Path.Combine(folder, program);
            await File.WriteAllTextAsync(file, $"#!/bin/sh\necho '{program} (PostgreSQL) 14.9'\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var refused = await DatabaseCommand.Run(
            database.OwnerConnectionString, new Dictionary<string, string> { ["RLSCHAT_POSTGRES_BIN"] = folder }, "backup", "--file", BackupFile);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"pg_dump must be at least as new; on this machine: 14 in {folder}", refused.Output, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql-client-", refused.Output, StringComparison.Ordinal);
    }

    private static RestoreOptions Passwords(TestDatabase target) =>
        new() { ApiPassword = target.ApiPassword, AuthPassword = target.AuthPassword, LivePassword = target.LivePassword };

    private async Task Exchange(string name, string file)
    {
        var exchanged = $"{BackupFile}.new";
        await using (var from = new TarReader(File.OpenRead(BackupFile)))
        await using (var to = new TarWriter(File.Create(exchanged)))
        {
            while (await from.GetNextEntryAsync(copyData: true) is { } entry)
            {
                if (entry.Name == name)
                {
                    await to.WriteEntryAsync(file, name);
                }
                else
                {
                    await to.WriteEntryAsync(entry);
                }
            }
        }

        File.Move(exchanged, BackupFile, overwrite: true);
    }
}
