using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Suggestion" of access-rules.md: grants, everything that each person sees, the two people, and what outlasts an author.</summary>
public sealed partial class SuggestionTests
{
    private const string ById = "organization, by can_view_documents";

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        regular_user select *
        regular_user insert createdAt, description, documentCreatedAt, documentId, id, isResolved, originalText, suggestedText, userId
        regular_user update description, isResolved, suggestedText
        regular_user delete *
        """,
        await Grants.On(Db, "Suggestion"));

    [Fact]
    public async Task Everyone_sees_what_is_suggested_for_the_documents_that_they_see_and_no_other()
    {
        foreach (var (who, row) in new[]
        {
            ("owner", "personal"), ("owner", "organization"), ("member", "of member"), ("manager", "of manager"),
            ("left", "of left"), ("rival", "of rival"),
        })
        {
            await Rows.Document(Db, row, who);
            await Db.Do($"{Into} values ([document], [document at], '{row}', 'new')");
        }

        await Db.Leave("left");
        await Expect.Seen(Db, """select "originalText" from public."Suggestion" """, """
            owner: organization, personal
            member: of member
            manager: of manager, organization
            director: of manager, organization
            admin: of left, of manager, of member, organization
            can_view_documents: of left, of manager, of member, organization
            can_manage_documents: of left, of manager, of member, organization
            can_manage_chats:
            left:
            outsider:
            rival: of rival
            operator:
            """);
    }

    [Fact]
    public async Task Saying_again_what_stands_there_is_nobodys_but_the_twos_and_changes_nothing()
    {
        await Stand(ById);
        const string Again = """update public."Suggestion" set "suggestedText" = "suggestedText", "isResolved" = "isResolved" """;
        foreach (var (who, outcome) in new[]
        {
            ("owner", Outcome.Yes), ("can_view_documents", Outcome.Yes), ("manager", Outcome.Hidden), ("member", Outcome.Hidden),
        })
        {
            await Db.As(who);
            Assert.Equal(outcome, await Db.Try(Again));
        }
    }

    // A policy that asked for the document alone would find two rows where it may find one, and fail.
    [Fact]
    public async Task Each_version_has_its_own_suggestions_and_they_are_written_while_there_are_others()
    {
        await Stand(ById);
        await Db.As(People.Owner);
        await Db.Do("""insert into public."Document" ("id", "createdAt", "title", "organizationId") values ([document], '2000-01-01', 'first', [Acme])""");
        await Db.As("can_view_documents");
        await Db.Do("""
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText")
            values ([document], '2000-01-01', 'of the first', 'new')
            """);
        Assert.Equal(2, await Db.Do(Verbs["reword_all"]));
        await Db.As(People.Owner);
        Assert.Equal(2, await Db.Do(Verbs["resolve_all"]));
        Assert.Equal(1, await Db.Do("""delete from public."Suggestion" where "id" = [suggestion]"""));
        await Db.As("can_view_documents");
        Assert.Equal(["of the first"], await Db.List("""select "originalText" from public."Suggestion" """));
        Assert.Equal(1, await Db.Do(Verbs["delete_all"]));
    }

    [Fact]
    public async Task What_is_resolved_may_be_opened_again_by_the_documents_owner_alone()
    {
        await Stand(ById);
        await Db.As(People.Owner);
        await Db.Do(Verbs["resolve"]);
        const string Reopen = """update public."Suggestion" set "isResolved" = false""";
        Assert.Equal(Outcome.Yes, await Db.Try(Reopen));
        await Db.As("can_view_documents");
        Assert.Equal(Outcome.Denied, await Db.Try(Reopen));
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["reword"]));
        await Db.As("manager");
        Assert.Equal(Outcome.Hidden, await Db.Try(Reopen));
    }

    // A version is found by its document, never by its date alone, which whoever makes one may choose.
    [Fact]
    public async Task A_document_of_the_same_moment_gives_nobody_the_owners_right()
    {
        await Stand(ById);
        await Db.As("can_view_documents");
        await Db.Do("""insert into public."Document" ("title", "createdAt") values ('mine', [document at])""");
        Assert.Equal(Outcome.Denied, await Db.Try(Verbs["resolve_all"]));
        await Db.As(People.Owner);
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["resolve_all"]));
    }

    [Fact]
    public async Task A_suggestion_outlasts_its_author_and_nobody_rewords_it_then()
    {
        await Stand(ById);
        await Db.As("can_view_documents");
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(["nobody"], await Db.List("""select coalesce("userId"::text, 'nobody') from public."Suggestion" where "id" = [suggestion]"""));
        foreach (var (who, outcome) in new[] { ("owner", "denied"), ("manager", "hidden"), ("member", "hidden"), ("anonymous", "denied") })
        {
            await Matrix.Check(Db, "of a deleted author", who, "reword", outcome, Verbs["reword_all"],
                """select t::text from public."Suggestion" t where "id" = [suggestion]""");
        }

        await Db.As(People.Owner);
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["resolve"]));
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["delete"]));
    }

    [Fact]
    public async Task A_document_that_is_handed_over_takes_the_right_to_resolve_along()
    {
        await Stand(ById);
        await Db.As(People.Owner);
        await Db.Do("select public.leave_organization()");
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["resolve_all"]));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));
        await Db.As("manager");
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["resolve_all"]));
        Assert.Equal(Outcome.Denied, await Db.Try(Verbs["reword_all"]));
    }

    [Fact]
    public async Task Suggestions_go_with_their_version()
    {
        await Stand(ById);
        await Db.As(People.Owner);
        await Db.Do("""delete from public."Document" where "id" = [document]""");
        await Db.AsRole("rlschat_backup");
        Assert.Equal(0, await Db.Ask<long>("""select count(*) from public."Suggestion" where "id" = [suggestion]"""));
    }
}
