using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>A role whose file is removed is dropped, unless something needs it.</summary>
public sealed class RemovedRoleTests : MigrationTest
{
    [Fact]
    public async Task The_role_of_a_removed_file_is_dropped()
    {
        var (role, with) = Role();
        await Migrate(with);

        Assert.Contains($"role {role}", await Undescribed());
        Assert.Equal([$"role {role}"], (await Migrate(dryRun: true)).Dropped);
        Assert.Equal([$"role {role}"], (await Migrate()).Dropped);

        Assert.False(await Exists(role));
        Assert.Empty(await Problems());
    }

    [Fact]
    public async Task A_role_that_no_file_made_stays()
    {
        var role = Role().Name;
        await Owner.Do($"create role {role}");
        try
        {
            Assert.Empty(await Undescribed());
            Assert.Empty((await Migrate(all: true)).Dropped);
            Assert.True(await Exists(role));
        }
        finally
        {
            await Owner.Do($"drop role {role}");
        }
    }

    [Theory]
    [InlineData("grant usage on schema auth to {0}", "revoke usage on schema auth from {0}", "privileges for schema auth")]
    [InlineData("create schema zz; grant {0} to current_user; alter schema zz owner to {0}", "drop schema zz", "owner of schema zz")]
    [InlineData("create role {0}_login login; grant {0} to {0}_login", "drop role {0}_login", "{0}_login can become it")]
    public async Task A_role_that_is_needed_here_stops_the_run(string use, string end, string reason)
    {
        var (role, with) = Role();
        await Migrate(with);
        await Owner.Do(Use(use, role));
        try
        {
            var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate());

            Assert.Contains($"role {role} is described by no file of db/ and cannot be dropped", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(Use(reason, role), refusal.Message, StringComparison.Ordinal);
            Assert.True(await Exists(role));
        }
        finally
        {
            await Owner.Do(Use(end, role));
        }

        Assert.Equal([$"role {role}"], (await Migrate()).Dropped);
    }

    [Fact]
    public async Task A_role_that_another_database_needs_stops_the_run()
    {
        var (role, with) = Role();
        await Migrate(with);
        await using (var other = await (await TestServer.Shared).CreateEmptyDatabase())
        {
            await other.OwnerConnectionString.Do($"create table t (); grant select on t to {role}");

            var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate());

            Assert.Contains($"1 object in database {other.Name}", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal([$"role {role}"], (await Migrate()).Dropped);
    }

    private protected override Task<TestDatabase> Create(TestServer server) => server.CreateDatabase();

    private static string Use(string text, string role) => text.Replace("{0}", role, StringComparison.Ordinal);

    // Roles are the server's, which other tests use at the same time.
    private static (string Name, Script[] With) Role()
    {
        var name = $"zz_{Guid.NewGuid():N}"[..20];
        return (name, With(($"db/roles/{name}.sql",
            $"""
            do $$ begin if not exists (select from pg_roles where rolname = '{name}') then create role {name}; end if; end $$;
            alter role {name} nologin;
            """)));
    }

    private Task<bool> Exists(string role) => Owner.Ask<bool>($"select exists (select from pg_roles where rolname = '{role}')");
}
