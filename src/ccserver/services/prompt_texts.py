"""What ccserver's own prompts say in other languages than English, whose recordings come with Asterisk.

A prompt has the name of the English recording in whose place it is heard: `queue-thankyou` is "Thank you for your patience".
An announcement is put together as in English: "you are number" (`queue-thereare`), the number, and what follows it
(`queue-callswaiting`). So every number is one file, spoken by the engine from its digits: the voice knows better than a
table that 21 is "einundzwanzig" and 第21位 "èrshíyī". A file for each whole sentence would sound smoother yet, but takes a
further hundred files for each sentence with a number in it; the few steps of the estimated wait are such sentences
(`wait/from-2-to-4`), which have no English recording. Texts therefore let the number stand where it has no ending and
bends no word: after 第 and before 位, or at the end of a part. In Chinese, words of one character with two readings (重, 长, 尽)
are avoided: an engine that reads character by character takes the commoner one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LARGEST_NUMBER: Final = 100
"""Numbers up to here are spoken as one; a larger one digit by digit."""

_CHINESE: Final = {
    "queue-youarenext": "您现在排在第一位，马上为您接通。",
    "queue-thereare": "您现在排在第",
    "queue-callswaiting": "位。",
    "queue-thankyou": "感谢您的耐心等待。",
    "queue-periodic-announce": "现在坐席全忙，请您稍候，我们会很快为您接通。",
    "queue-holdtime": "预计等候时间是",
    "queue-less-than": "少于",
    "queue-minute": "分钟。",
    "queue-minutes": "分钟。",
    "queue-seconds": "秒。",
    "vm-intro": "请在提示音后留言，留言完毕请挂机，或者按井号键。",
    "vm-nobodyavail": "现在无人接听您的电话。",
    "vm-msgsaved": "您的留言已经保存。",
    "vm-sorry": "对不起，我们听不清楚您的选择。",
    "vm-goodbye": "再见。",
    "goodbye": "再见。",
    "hello": "您好。",
    "sorry": "对不起。",
    "auth-thankyou": "谢谢。",
    "invalid": "输入有误，请再试一次。",
    "please-try-again": "请再试一次。",
    "please-try-call-later": "请稍后再拨。",
    "im-sorry": "对不起。",
    "pls-hold-while-try": "请稍候，正在为您接通。",
    "ss-noservice": "您拨打的号码暂时停机，请查证后再拨。",
    "number-not-answering": "您拨打的号码无人接听。",
    "vm-num-i-have": "您的号码是",
    "vm-tocallnum": "如果用这个号码回电，请按一。",
    "vm-calldiffnum": "如果用其他号码，请按二。",
    "privacy-prompt": "请输入您的电话号码，包括区号，",
    "vm-then-pound": "然后按井号键。",
    "privacy-incorrect": "对不起，这个号码无效。",
    "digits/star": "星号",
    "digits/pound": "井号",
    "wait/under-1": "预计等候时间不到一分钟。",
    "wait/from-1-to-2": "预计等候时间为一到两分钟。",
    "wait/from-2-to-4": "预计等候时间为两到四分钟。",
    "wait/from-4-to-7": "预计等候时间为四到七分钟。",
    "wait/from-7-to-12": "预计等候时间为七到十二分钟。",
    "wait/over-12": "预计等候时间超过十二分钟。",
}
_GERMAN: Final = {
    "queue-youarenext": "Sie sind der nächste in der Warteschlange.",
    "queue-thereare": "Ihr Platz in der Warteschlange ist die Nummer",
    "queue-callswaiting": "Bitte bleiben Sie am Apparat.",
    "queue-thankyou": "Vielen Dank für Ihre Geduld.",
    "queue-periodic-announce": "Zurzeit sind alle Plätze belegt. Bitte warten Sie, Ihr Anruf wird so bald wie möglich angenommen.",
    "queue-holdtime": "Die Wartezeit beträgt etwa",
    "queue-less-than": "weniger als",
    "queue-minute": "Minute.",
    "queue-minutes": "Minuten.",
    "queue-seconds": "Sekunden.",
    "vm-intro": "Bitte hinterlassen Sie nach dem Ton eine Nachricht. Danach legen Sie auf oder drücken die Rautetaste.",
    "vm-nobodyavail": "Zurzeit kann niemand Ihren Anruf entgegennehmen.",
    "vm-msgsaved": "Ihre Nachricht wurde gespeichert.",
    "vm-sorry": "Entschuldigung, das habe ich nicht verstanden.",
    "vm-goodbye": "Auf Wiederhören.",
    "goodbye": "Auf Wiederhören.",
    "hello": "Guten Tag.",
    "sorry": "Entschuldigung.",
    "auth-thankyou": "Vielen Dank.",
    "invalid": "Die Eingabe ist ungültig. Bitte versuchen Sie es noch einmal.",
    "please-try-again": "Bitte versuchen Sie es noch einmal.",
    "please-try-call-later": "Bitte rufen Sie später noch einmal an.",
    "im-sorry": "Entschuldigung.",
    "pls-hold-while-try": "Bitte warten Sie, Sie werden verbunden.",
    "ss-noservice": "Die gewählte Nummer ist nicht vergeben. Bitte prüfen Sie die Nummer.",
    "number-not-answering": "Unter dieser Nummer meldet sich niemand.",
    "vm-num-i-have": "Ihre Nummer ist",
    "vm-tocallnum": "Für den Rückruf unter dieser Nummer drücken Sie die eins.",
    "vm-calldiffnum": "Für eine andere Nummer drücken Sie die zwei.",
    "privacy-prompt": "Bitte geben Sie Ihre Telefonnummer mit Vorwahl ein.",
    "vm-then-pound": "Drücken Sie danach die Rautetaste.",
    "privacy-incorrect": "Entschuldigung, diese Nummer ist ungültig.",
    "digits/star": "Stern",
    "digits/pound": "Raute",
    "wait/under-1": "Die Wartezeit beträgt voraussichtlich weniger als eine Minute.",
    "wait/from-1-to-2": "Die Wartezeit beträgt voraussichtlich ein bis zwei Minuten.",
    "wait/from-2-to-4": "Die Wartezeit beträgt voraussichtlich zwei bis vier Minuten.",
    "wait/from-4-to-7": "Die Wartezeit beträgt voraussichtlich vier bis sieben Minuten.",
    "wait/from-7-to-12": "Die Wartezeit beträgt voraussichtlich sieben bis zwölf Minuten.",
    "wait/over-12": "Die Wartezeit beträgt voraussichtlich mehr als zwölf Minuten.",
}
_FRENCH: Final = {
    "queue-youarenext": "Vous êtes le prochain dans la file d'attente.",
    "queue-thereare": "Dans la file d'attente, vous êtes le numéro",
    "queue-callswaiting": "Merci de rester en ligne.",
    "queue-thankyou": "Merci de votre patience.",
    "queue-periodic-announce": "Tous nos conseillers sont en ligne. Veuillez patienter, nous allons répondre à votre appel.",
    "queue-holdtime": "Le temps d'attente estimé est de",
    "queue-less-than": "moins de",
    "queue-minute": "minute.",
    "queue-minutes": "minutes.",
    "queue-seconds": "secondes.",
    "vm-intro": "Veuillez laisser un message après le signal, puis raccrochez ou appuyez sur la touche dièse.",
    "vm-nobodyavail": "Personne ne peut prendre votre appel pour le moment.",
    "vm-msgsaved": "Votre message a été enregistré.",
    "vm-sorry": "Désolé, je n'ai pas compris votre réponse.",
    "vm-goodbye": "Au revoir.",
    "goodbye": "Au revoir.",
    "hello": "Bonjour.",
    "sorry": "Désolé.",
    "auth-thankyou": "Merci.",
    "invalid": "Ce choix n'est pas valable. Veuillez réessayer.",
    "please-try-again": "Veuillez réessayer.",
    "please-try-call-later": "Veuillez rappeler plus tard.",
    "im-sorry": "Désolé.",
    "pls-hold-while-try": "Veuillez patienter, nous transférons votre appel.",
    "ss-noservice": "Le numéro composé n'est pas attribué. Veuillez vérifier le numéro.",
    "number-not-answering": "Ce numéro ne répond pas.",
    "vm-num-i-have": "Votre numéro est le",
    "vm-tocallnum": "Pour être rappelé à ce numéro, tapez un.",
    "vm-calldiffnum": "Pour un autre numéro, tapez deux.",
    "privacy-prompt": "Veuillez composer votre numéro de téléphone.",
    "vm-then-pound": "Appuyez ensuite sur la touche dièse.",
    "privacy-incorrect": "Désolé, ce numéro n'est pas valable.",
    "digits/star": "étoile",
    "digits/pound": "dièse",
    "wait/under-1": "Le temps d'attente estimé est de moins d'une minute.",
    "wait/from-1-to-2": "Le temps d'attente estimé est d'une à deux minutes.",
    "wait/from-2-to-4": "Le temps d'attente estimé est de deux à quatre minutes.",
    "wait/from-4-to-7": "Le temps d'attente estimé est de quatre à sept minutes.",
    "wait/from-7-to-12": "Le temps d'attente estimé est de sept à douze minutes.",
    "wait/over-12": "Le temps d'attente estimé est de plus de douze minutes.",
}
_SPANISH: Final = {
    "queue-youarenext": "Su llamada es la siguiente en la cola.",
    "queue-thereare": "En la cola de espera, su llamada es la número",
    "queue-callswaiting": "Por favor, no cuelgue.",
    "queue-thankyou": "Gracias por su paciencia.",
    "queue-periodic-announce": "Todos nuestros agentes están ocupados. Por favor espere, atenderemos su llamada lo antes posible.",
    "queue-holdtime": "El tiempo de espera estimado es de",
    "queue-less-than": "menos de",
    "queue-minute": "minuto.",
    "queue-minutes": "minutos.",
    "queue-seconds": "segundos.",
    "vm-intro": "Deje su mensaje después de la señal. Al terminar, cuelgue o pulse la tecla almohadilla.",
    "vm-nobodyavail": "En este momento nadie puede atender su llamada.",
    "vm-msgsaved": "Su mensaje ha sido guardado.",
    "vm-sorry": "Lo siento, no he entendido su respuesta.",
    "vm-goodbye": "Adiós.",
    "goodbye": "Adiós.",
    "hello": "Hola.",
    "sorry": "Lo siento.",
    "auth-thankyou": "Gracias.",
    "invalid": "La opción no es válida. Inténtelo de nuevo.",
    "please-try-again": "Inténtelo de nuevo.",
    "please-try-call-later": "Por favor, llame más tarde.",
    "im-sorry": "Lo siento.",
    "pls-hold-while-try": "Espere, por favor, le estamos conectando.",
    "ss-noservice": "El número marcado no existe. Compruebe el número.",
    "number-not-answering": "Este número no contesta.",
    "vm-num-i-have": "Su número es el",
    "vm-tocallnum": "Para que le llamemos a este número, pulse uno.",
    "vm-calldiffnum": "Para otro número, pulse dos.",
    "privacy-prompt": "Introduzca su número de teléfono con el prefijo.",
    "vm-then-pound": "Después pulse la tecla almohadilla.",
    "privacy-incorrect": "Lo siento, ese número no es válido.",
    "digits/star": "asterisco",
    "digits/pound": "almohadilla",
    "wait/under-1": "El tiempo de espera estimado es de menos de un minuto.",
    "wait/from-1-to-2": "El tiempo de espera estimado es de uno a dos minutos.",
    "wait/from-2-to-4": "El tiempo de espera estimado es de dos a cuatro minutos.",
    "wait/from-4-to-7": "El tiempo de espera estimado es de cuatro a siete minutos.",
    "wait/from-7-to-12": "El tiempo de espera estimado es de siete a doce minutos.",
    "wait/over-12": "El tiempo de espera estimado es de más de doce minutos.",
}
ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {"wait/over-12": "The estimated hold time is more than twelve minutes."}
)
"""What has no recording of Asterisk's; heard too by callers of languages without texts."""
CATALOGUE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"zh": _CHINESE, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
)
"""By language, then by name. Simplified characters stand for all Chinese: they are spoken, not shown."""


def texts_of(language: str) -> Mapping[str, str]:
    """The texts of a tag's language, numbers apart; nothing for a language without texts, English among them."""
    return CATALOGUE.get(primary(language), {})


def numbers() -> dict[str, str]:
    """The numbers that are files of their own, and as digits one by one."""
    return {f"digits/{number}": str(number) for number in range(LARGEST_NUMBER + 1)}


def primary(language: str) -> str:
    """`zh` of `zh-CN`."""
    return language.partition("-")[0].lower()
