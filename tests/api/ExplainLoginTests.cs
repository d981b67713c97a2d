using Npgsql;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>With the login of explanations: it is everybody, and no more than that.</summary>
[Collection(EndpointApi.Name)]
public sealed class ExplainLoginTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Theory]
    [InlineData("set role rlschat_owner")]
    [InlineData("set role sign_in_definer")]
    [InlineData("set role record_definer")]
    [InlineData("set role monitor")]
    [InlineData("set role rlschat_purge")]
    [InlineData("create schema mine")]
    [InlineData("create role mine")]
    [InlineData("create table public.mine ()")]
    [InlineData("""alter table public."Chat" disable row level security""")]
    [InlineData("""create policy mine on public."Chat" using (true)""")]
    [InlineData("""select from public."Chat" """)]
    [InlineData("""set role rlschat_backup; delete from public."AuditEvent" """)]
    [InlineData("""set role rlschat_backup; update public."User" set "password" = 'x'""")]
    [InlineData("""set role regular_user; delete from public."AuditEvent" """)]
    [InlineData("""set role regular_user; select "password" from public."User" """)]
    [InlineData("select app_private.audit_record('x', 'x', 'x')")]
    [InlineData("select auth.sign_up('a@example.org', 'x')")]
    public async Task Its_login_cannot(string sql)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => Sql.Run(Fixture.Database.ExplainConnectionString, sql.Split(';')));
        Assert.True(error.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFunction, $"{sql}: {error.Message}");
    }
}
