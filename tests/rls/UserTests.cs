using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"User" of access-rules.md. What colleagues see of each other is in <see cref="ColleagueTests"/>.</summary>
public sealed class UserTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // The row is "owner"'s.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."User" where "id" = [owner]""",
        ["balance"] = """select "creditBalance" from public."User" where "id" = [owner]""",
        ["password"] = """select "password" from public."User" where "id" = [owner]""",
        ["star"] = """select * from public."User" where "id" = [owner]""",
        ["guess"] = """select "id" from public."User" where "password" like 'hash of %'""",
        ["delete"] = """delete from public."User" where "id" = [owner]""",
        ["delete_all"] = """delete from public."User" """,
        ["delete_ret"] = """delete from public."User" where "id" = [owner] returning "email" """,
        ["email"] = """update public."User" set "email" = 'new@test' where "id" = [owner]""",
        ["email_all"] = """update public."User" set "email" = ''""",
        ["verified"] = """update public."User" set "emailVerified" = null where "id" = [owner]""",
        ["hash"] = """update public."User" set "password" = 'known' where "id" = [owner]""",
        ["role"] = """update public."User" set "roleId" = [admin role] where "id" = [owner]""",
        ["manager_"] = """update public."User" set "managerId" = null where "id" = [owner] returning "id" """,
        ["organization"] = """update public."User" set "organizationId" = [Globex] where "id" = [owner]""",
        ["credit"] = """update public."User" set "creditBalance" = 1e6 where "id" = [owner]""",
        ["insert"] = """insert into public."User" ("email") values ('new@test')""",
        ["upsert"] = """insert into public."User" ("id") values ([owner]) on conflict ("id") do update set "roleId" = [admin role]""",
        ["merge"] = """merge into public."User" u using (values (1)) v on u."id" = [owner] when matched then update set "roleId" = [admin role]""",
        ["truncate"] = """truncate public."User" cascade""",
    };

    // RC003: the last administrator of an organization with other members, deleting "all" that they can.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    balance password star   guess   delete  delete_all delete_ret
            owner      yes     yes     denied   denied denied  yes     yes        yes
            admin      hidden  hidden  denied   denied denied  hidden  RC003      hidden
            rival      hidden  hidden  denied   denied denied  hidden  RC003      hidden
            others     hidden  hidden  denied   denied denied  hidden  hidden     hidden
            anonymous  denied  denied  denied   denied denied  denied  denied     denied
            """));

    public static readonly TheoryData<string, string, string, string> Writing = Matrix.Of(
        ("owner's", """
            who        email  email_all verified hash   role   manager_ organization credit insert upsert merge  truncate
            others     denied denied    denied   denied denied denied   denied       denied denied denied denied denied
            anonymous  denied denied    denied   denied denied denied   denied       denied denied denied denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    [MemberData(nameof(Writing))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);

        // Not "managerId": who deletes themselves ("delete_all") moves their reports up.
        await Matrix.Check(Db, row, who, verbs, expected, Verbs,
            """select concat_ws(' ', "email", "roleId", "organizationId", "creditBalance") from public."User" where "id" = [owner]""");
    }

    [Fact]
    public async Task The_password_is_readable_by_no_role_that_a_request_can_take() => Assert.Equal(
        """
        regular_user select createdAt, creditBalance, email, emailVerified, id, joinedAt, managerId, organizationId, roleId, version
        regular_user delete *
        """,
        await Grants.On(Db, "User"));
}
