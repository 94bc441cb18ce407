"""Nouns of resources: plural in English, as a path names them."""

import re
import unicodedata
from typing import Final

_TRANSLATED: Final = {
    word: english
    for english, words in {
        "tasks": "aufgabe aufgaben tâche tâches tarea tareas tarefa tarefas compito compiti attività taak taken zadanie zadania zadań görev görevler görevleri "
        "görevlerini todo todos to-do to-dos kaam task 任务 任務 待办 待办事项 タスク",
        "notes": "notiz notizen nota notas note notities notitie notatka notatki notatek not notlar notları notlarını 笔记 筆記 メモ ノート",
        "invoices": "rechnung rechnungen facture factures factura facturas fatura faturas faturalar faturaları faturalarını fattura fatture factuur facturen faktura faktury faktur 发票 請求書",
        "expenses": "ausgabe ausgaben dépense dépenses gasto gastos despesa despesas spesa spese uitgave uitgaven wydatek wydatki gider giderler giderlerini harcamalar harcamalarını kharche kharch 支出 费用 経費",
        "documents": "dokument dokumente dokumenten document documento documentos documenti documenten dokumenty belge belgeler belgelerini 文档 文件 文書 ドキュメント",
        "orders": "bestellung bestellungen commande commandes pedido pedidos ordine ordini bestelling bestellingen zamówienie zamówienia sipariş siparişler siparişlerini 订单 注文",
        "recipes": "rezept rezepte recette recettes receta recetas receita receitas ricetta ricette recept recepten przepis przepisy tarif tarifler tariflerini 食谱 レシピ",
        "projects": "projekt projekte projet projets proyecto proyectos projeto projetos progetto progetti projecten projekty proje projeler projelerini 项目 プロジェクト",
        "messages": "nachricht nachrichten mensaje mensajes mensagem mensagens messaggio messaggi bericht berichten wiadomość wiadomości mesaj mesajlar mesajlarını 消息 メッセージ",
        "appointments": "termin termine rendez-vous cita citas consulta consultas appuntamento appuntamenti afspraak afspraken wizyta wizyty randevu randevular randevularını 预约 予約",
        "books": "buch bücher livre livres libro libros livro livros libri boek boeken książka książki kitap kitaplar kitaplarını kitaben 书籍 书 本",
        "photos": "foto fotos photo bild bilder imagen imágenes zdjęcie zdjęcia fotoğraf fotoğraflar fotoğraflarını tasveer tasveeren 照片 写真",
        "posts": "beitrag beiträge article billets publicación publicaciones artykuł artykuły yazı yazılar yazılarını 帖子 文章 投稿 記事",
        "lists": "liste listen listes lista listas lijst lijsten 列表 リスト",
        "files": "datei dateien fichier fichiers archivo archivos arquivo arquivos bestand bestanden plik pliki dosya dosyalar dosyalarını ファイル",
        "contracts": "vertrag verträge contrat contrats contrato contratos contratto contratti umowa umowy sözleşmeler sözleşmelerini 合同 契約",
        "habits": "gewohnheit gewohnheiten habitude habitudes hábito hábitos abitudine abitudini gewoonte gewoonten nawyki alışkanlıklar alışkanlıklarını 习惯 習慣",
        "events": "veranstaltung veranstaltungen événement événements evento eventos eventi evenement evenementen wydarzenie wydarzenia etkinlikler etkinliklerini 活动 イベント",
        "bookings": "buchung buchungen réservation réservations reserva reservas prenotazione prenotazioni boeking boekingen rezerwacja rezerwacje rezervasyonlar rezervasyonlarını 预订",
        "tickets": "tickets ticket", "diary-entries": "tagebucheinträge", "entries": "eintrag einträge entrée entrées entrada entradas wpisy 日记 日記",
        "workouts": "training trainings entraînement entraînements entrenamiento entrenamientos treino treinos allenamento allenamenti",
        "grades": "noten notes-scolaires calificaciones", "comments": "kommentar kommentare commentaire commentaires comentario comentarios comentário comentários 评论 コメント",
    }.items()
    for word in words.split()
}  # fmt: skip
_NEVER: Final = frozenset(
    "data stuff thing things content contents information info details resource resources row account accounts profile profiles login "
    "logins password passwords credential credentials token tokens jwt jwts secret secrets session sessions user users table tables database databases id ids key keys "
    "identity auth authentication authorization cookie cookies role roles permission permissions endpoint endpoints api apis backend frontend server servers code system "
    "app application service services risk way devices device browser page pages rights access daten données datos dados dati gegevens dane veri veriler verilerini cheezen "
    "side part one ones phase place team teams database schema method algorithm header headers issuer variable variables environment file-system need needs kind kinds "
    "work life time pace own results work everything space area areas private personal them it hash hashes email emails e-mail address name names refresh 数据 データ".split()
)
_ADJECTIVES: Final = frozenset(
    "their there his her its my your our the a an many several of those private personal own daily weekly monthly new individual saved uploaded individual little favourite favorite current past open custom secret medical "
    "persönlichen privaten personnelles personnels personales pessoais personali persoonlijke prywatne kişisel 个人".split()
)
_STOPS: Final = frozenset(
    "and or but with without via using through in on at by for from to as is are was be been has have had may can must should shall will only when where which that who whose "
    "not no never also too if so while than then under over into onto per after before plus both all any every each other others privately securely online there here it this "
    "these those they we you i he she private safe secure "
    "und oder aber mit ohne sehen bearbeiten verwalten kann darf können dürfen et ou avec sans y o con sin e com sem ed senza en of met zonder oraz i z w mein ko aur dekh dekhe sake na hai".split()
)
_IRREGULAR: Final = {
    "people": "people",
    "series": "series",
    "diary": "diaries",
    "data": "data",
    "media": "media",
    "laundry": "laundry",
}
_PHRASE: Final = re.compile(r"[^\W_][\w'’-]*")


def plural(word: str) -> str:
    """Return the English plural of a noun, by the rules that hold for most."""
    low = word.lower()
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low
    if re.search(r"[^aeiou]y$", low):
        return low[:-1] + "ies"
    return low + ("es" if low.endswith(("s", "x", "z", "ch", "sh")) else "s")


def noun(phrase: str) -> tuple[str, int, int] | None:
    """Return the resource that a phrase starts with: its path segment and where it stands.

    Adjectives are passed over; a compound such as "training plans" stays together.
    """
    taken: list[re.Match[str]] = []
    done = 0
    for match in _PHRASE.finditer(phrase):
        word = match[0].lower()
        between, done = phrase[done : match.start()], match.end()
        if between.strip(" `\"'“”*_\n") or (
            word in _STOPS and not (word in _ADJECTIVES and not taken)
        ):
            break
        if word in _ADJECTIVES and not taken:
            continue
        taken.append(match)
        if word in _TRANSLATED or _is_plural(word) or len(taken) == 3:  # noqa: PLR2004  # longer is no compound
            break
    return _segment(taken)


def _segment(taken: list[re.Match[str]]) -> tuple[str, int, int] | None:
    while (
        taken
        and not (_is_plural(taken[-1][0]) or taken[-1][0].lower() in _TRANSLATED)
        and len(taken) > 1
    ):
        taken = taken[:-1]
    if not taken or taken[-1][0].lower() in _NEVER:
        return None
    words = [m[0].lower() for m in taken]
    last = _TRANSLATED.get(words[-1]) or plural(words[-1])
    if any(word in _NEVER for word in words[:-1]):
        words = words[-1:]
    name = ascii_name("-".join([*words[:-1], last]))
    return (name[:64], taken[0].start(), taken[-1].end()) if name[:1].isalpha() else None


def _is_plural(word: str) -> bool:
    low = word.lower()
    return low.endswith("s") and not low.endswith(("ss", "us", "is", "'s", "’s"))


def translated(word: str) -> str | None:
    """Return the English plural of a known noun in any of the languages."""
    return _TRANSLATED.get(word.lower())


def ascii_name(text: str) -> str:
    """Return a path segment without accents; empty where nothing is left."""
    plain = unicodedata.normalize(
        "NFKD", text.replace("ß", "ss").replace("ł", "l").replace("ı", "i")
    )
    return re.sub(r"[^a-z0-9-]+", "", plain.encode("ascii", "ignore").decode().lower()).strip("-")
