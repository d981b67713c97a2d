using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls;

/// <summary>"What is not written is denied" of access-rules.md: the outbox "Event" is nobody's.</summary>
public sealed class EventTests(Theatre theatre) : Drama(theatre)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Event" where "userId" = [owner]""",
        ["insert"] = """insert into public."Event" ("kind", "rowId") values ('x', 'y')""",
        ["update"] = """update public."Event" set "audience" = null""",
        ["upsert"] = """insert into public."Event" ("kind", "rowId") values ('x', 'y') on conflict ("id") do update set "kind" = 'x'""",
        ["merge"] = """merge into public."Event" e using (values (1)) v on e."kind" = 'made' when matched then delete""",
        ["delete"] = """delete from public."Event" where "userId" = [owner]""",
        ["delete_all"] = """delete from public."Event" """,
        ["truncate"] = """truncate public."Event" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who             read   insert update upsert merge  delete delete_all truncate
            owner           denied denied denied denied denied denied denied     denied
            admin           denied denied denied denied denied denied denied     denied
            can_view_audit  denied denied denied denied denied denied denied     denied
            rival           denied denied denied denied denied denied denied     denied
            operator        denied denied denied denied denied denied denied     denied
            anonymous       denied denied denied denied denied denied denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Play.AsRole("auth_definer");
        await Play.Do("""insert into public."Event" ("kind", "userId", "rowId") values ('made', [owner], 'x')""");
        await Matrix.Check(Play, row, who, verb, expected, Verbs[verb],
            """select e::text from public."Event" e order by "id" """);
    }

    [Fact]
    public async Task Nothing_is_granted_to_a_role_that_a_request_can_take() =>
        Assert.Equal("", await Grants.On(Play, "Event"));
}
