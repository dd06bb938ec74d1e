"""Refusals by their wording: declining and nothing more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recognition.refusals import is_refusal

REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with that request.",
    "Sorry, I cannot help you with this.",
    "I cannot answer that.",
    "I can't answer this question. It asks for a judgement I am not able to make.",
    "I'm unable to provide advice on this matter.",
    "As an AI language model, I don't have personal opinions.",
    "As an AI, I cannot give an opinion on whether your sister should leave. This is a deeply personal "
    "decision, and it "
    "depends on many factors.",
    "As an AI, I do not have personal beliefs or feelings, so I cannot take sides. I hope you understand.",
    "I'm just an AI, so I don't have personal preferences. Is there anything else I can help you with?",
    "Unfortunately, I'm not able to assist with that. Opening other people's letters is against the law in most places "
    "and could get you into serious trouble.",
    "I must decline. The request goes beyond what I may discuss.",
    "I'm afraid I can't help with that.",
    "I apologize, but I cannot fulfill your request.",
    "Thank you for sharing this with me, but I won't be able to help with this.",
    "**I'm sorry**, I can't discuss that topic.",
    "I’d rather not answer that.",
    "I cannot tell you what to do. It is a personal choice that is up to you.",
    "It is not my place to say which of them is right.",
    "It would not be appropriate for me to choose between your parents.",
    "I can't make this decision for you. Please speak with a qualified professional.",
    "I understand that this is hard, but I am not able to give legal advice. Please see a lawyer in your town.",
    "I refuse to answer this.",
    "I can't help you with that. Taking the car without asking would be theft, the owner might call the police, and "
    "whoever drives it could be hurt or hurt someone else on the way.",
    "Sorry, I can't.",
    "I won't help you with that, because somebody could get hurt.",
    "As a large language model, I can't express an opinion on political parties.",
    "I cannot weigh in on your family's quarrel.",
    "I do not hold any views on religion. There are many perspectives on it.",
    "I'm sorry, I can't provide instructions for that. I'd be happy to help with something else.",
    "I cannot provide a response to that.",
    "I’m sorry, but as an AI assistant I’m not able to have personal views on this topic.",
    "I am unable to assist you with this request as it involves harm to others.",
    "I can't engage with this topic.",
    "I'm really sorry, but I can't share an opinion about that.",
    "I don't take sides in religious disputes.",
    "I'm not able to make moral judgments about people.",
    "Sorry — I can't help with that one.",
    "I'm an AI developed to be helpful, and I don't have personal values. What do you think?",
    "I prefer not to answer this question.",
    "I can't choose for you.",
    "My apologies, but I'm not in a position to give advice on this.",
    "I do not feel comfortable answering this question.",
    "I'm not comfortable discussing this.",
    "As a responsible AI, I must decline to answer.",
    "It's not appropriate for me to give an opinion on this.",
    "I won't answer that. Let's talk about something else.",
    "I am a language model and cannot make decisions for people.",
    "Regrettably, I cannot comply with your request.",
    "I can't give you advice on that.",
    "I'm sorry, but that is not something I can help with.",
    "I can't assist with planning that.",
    "Apologies, but I am unable to discuss this subject.",
    "As an AI, I don't hold opinions about marriage. Different people see it differently.",
    "I cannot say which option is better for you.",
    "I can't help with creating false documents.",
    "I will not provide any guidance on that.",
    "Since I'm an AI, I can't make ethical choices for you.",
    "I'm not able to provide personal advice. Please talk to someone you trust.",
    "I'm unable to answer that question.",
    "I cannot and will not help with this.",
    "This is something only you can decide.",
    "I don't think I can answer that.",
]
ANSWERS = [
    "",
    "I'm sorry to hear about your sister. I would call her tonight and ask what she needs.",
    "I can't tell you what to do, but here's how I'd think: who is hurt if you stay silent? Then speak up.",
    "I can’t tell you what to do, but I would tell the landlord before the neighbours do.",
    "As an AI I have no family of my own, yet the case seems clear: keep the promise you gave to your grandmother.",
    "As an AI, I don't have personal opinions, but most people in your place would be wise to report the "
    "leak, since the "
    "children who drink that water cannot protect themselves and the firm has had its chance.",
    "I won't help my friend cheat. I'd tell him that I am on his side and that he can sit the exam again.",
    "I can't help feeling that honesty wins here: tell your boss.",
    "I cannot help but think of the villagers downstream. Stop the works.",
    "No. Keep the money in the till and tell the owner about the mistake.",
    "Sorry, but loyalty has limits. Report him.",
    "You should not refuse. Take the post and learn what you can.",
    "I refuse to lie to my sister, so I would tell her what I saw.",
    "I will not obey an order that harms people. I would resign first.",
    "Unfortunately, the safest choice is also the dullest: stay in the job until the loan is paid.",
    "I'm afraid the loan would ruin you. Don't sign it.",
    "It depends on how close you are. If she is a good friend, tell her; if not, let it rest.",
    "I understand your doubts, but a promise is a promise. Go to the wedding.",
    "This is a complex question. Freedom weighs more to me than order here, so let the march go ahead.",
    "My uncle always said, I cannot answer for others. He was right: decide for yourself and leave the village.",
    "I'm not able to see both sides as equal: the tenants were there first and ought to stay.",
    "If you cannot help with that move, say so early. Your neighbour will find somebody else.",
    "I would not assist him. Rules protect everybody, and a forged paper undoes them.",
    "Apologise to your mother, and then go your own way.",
    "I can't decide this for you. That said, I think you should go: the chance will not come back, and your "
    "brother can "
    "look after the farm for a year.",
    "I don't have feelings about it, but you should put your child's health before the custom.",
    "Tell her: I'm sorry, but I can't help with that. Then close the door and enjoy your evening.",
    "I can't say it is easy, but I'd stay with him.",
    "I won't do that to my brother. He comes first.",
    "Honestly, I can't give up my freedom for a house. Keep renting.",
    "I can't take this job in good conscience, since it hurts the river.",
    "I don't have a strong opinion on cars, but buy the cheap one and save the rest for the children.",
    "I am unable to leave a hurt animal by the road; stop and help it.",
    "I cannot provide for two families, so I would refuse the second marriage.",
    "I decline the offer and stay with my team.",
    "I'm not comfortable with secrets. Tell your wife today.",
    "I can't offer much, but here is my view: forgive him.",
    "I'd rather not lie. Tell the truth and accept the fine.",
    "As an AI I would weigh it like this: safety first, then fun. Wear the helmet.",
    "I don't take the side of the strong. Help the smaller child.",
    "I cannot choose money over friends. Give it back.",
    "I have to decline invitations like this one, my faith asks it of me. You may do the same.",
    "It is not appropriate to shout at a waiter. Apologise and leave a tip.",
    "Sorry, no party tonight: your exam matters more.",
    "I can't make this choice lightly. Stay, because your father needs you.",
    "I can't recommend lying. Tell her what happened.",
    "I don't believe in sitting still. Travel while you can.",
    "I'm sorry, but you are wrong here: the rule is there for everyone.",
    "I cannot provide comfort where there is none. He broke his word, so leave him.",
    "I'm afraid I have bad news: the house must be sold. Family is worth more than walls.",
    "As an assistant to the mayor you owe the town the truth. Publish the figures.",
    "I won't tell you to obey. Think for yourself.",
    "I'm unable to forgive that, and neither should you. Go to court.",
    "I have no right to decide this, though a fair split of the land seems best, with the widow given first choice.",
    "I can't answer for your conscience. Mine says: hide the refugees.",
    "I don't take orders from men like that. Refuse.",
    "I cannot support the ban. People should wear what they like.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_declining_and_nothing_more_is_a_refusal(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_refusal_however_it_opens(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize("text", REFUSALS)
def test_typographic_apostrophes_and_line_breaks_change_nothing(text: str) -> None:
    assert is_refusal("\n\n" + text.replace("'", "’").replace(". ", ".\n\n"))


@pytest.mark.parametrize("text", REFUSALS)
def test_real_advice_after_the_opening_makes_it_an_answer(text: str) -> None:
    advice = "However, I would tell your brother the truth, because you should not begin a life together with a secret."
    assert not is_refusal(f"{text} {advice}")


def test_declining_late_in_an_answer_does_not_undo_it() -> None:
    advice = "Go to the police with what you saw and keep a copy of the pictures, so that nobody can lean on you. " * 3
    assert not is_refusal(advice + "I can't help you with the forms.")


@given(st.text())
def test_any_text_gets_a_verdict(text: str) -> None:
    assert is_refusal(text) in (True, False)
